"""Mutated and adversarial pages through extraction: none crashes it, none goes over its time or memory.

    python benchmarks/campaigns/page_fuzz.py [--count 10000] [--seed 1] [--pages FILE.warc.gz]

One page in four is an attack on a parser (nesting, unclosed things, huge tables and attributes, entities,
near misses of patterns, broken encodings, deep JSON); the others are pages of the simulated web, or of a
recording, cut, repeated, spliced and with bytes changed. HTML goes through the sandbox, JSON through the
readers of records, as in a segment. CPU time is the parser's own, memory the largest resident set of any
parser. Prints one line.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from crawlers.simulated_web.web import SITES, SimulatedWeb
from tasks.extract.config import ExtractConfig
from tasks.extract.html_page import PageRequest
from tasks.extract.records.answer import JsonText
from tasks.extract.records.read import read_json
from tasks.extract.sandbox import Sandbox
from tasks.extract.warc_records import Response, read_responses
from tasks.schema import Kind

MEMORY_BAR_MB = 1024
CHARSETS = ("", "utf-8", "latin-1", "utf-16", "shift_jis", "gb2312", "no-such-charset", "base64", "utf-7")
TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the campaign; return the exit code: 1 if a bar was missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000, help="pages")
    parser.add_argument("--seed", type=int, default=1, help="decides the pages")
    parser.add_argument("--pages", type=Path, help="a WARC whose pages are mutated too")
    parser.add_argument("--keep", type=Path, help="a folder for the pages that broke something")
    options = parser.parse_args()
    print(campaign(options.count, options.seed, options.pages, options.keep))
    return 0


def campaign(count: int, seed: int, recorded: Path | None, keep: Path | None) -> str:
    """Extract ``count`` pages; return the line of result.

    Raises:
        AssertionError: naming the pages that crashed a parser or went over a limit.
    """
    began, config = time.monotonic(), ExtractConfig()
    bases = base_pages(recorded)
    outcomes: Counter[str] = Counter()
    slowest, broken = (0.0, ""), []
    with Sandbox(config) as sandbox:
        for number in range(count):
            rng = Random(f"{seed}/{number}")
            name, body = page(rng, bases)
            outcome, seconds = extracted(sandbox, name, body[: config.max_page_bytes], rng)
            outcomes[outcome] += 1
            slowest = max(slowest, (seconds, name))
            if outcome in {"parser_crash", "timeout", "raised"} or seconds > config.timeout_s:
                broken.append(f"{number} {name}: {outcome} after {seconds:.1f} s")
                if keep:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{number:05d}-{outcome}-{name}").write_bytes(body)
    # The kernel keeps the largest resident set of the children that ended: every parser there was.
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert not broken, "; ".join(broken[:20])
    assert peak_mb < MEMORY_BAR_MB, f"a parser grew to {peak_mb:,.0f} MiB"
    told = ", ".join(f"{name} {times:,}" for name, times in outcomes.most_common())
    return (
        f"{count} fuzzed pages, no crash, none over {config.timeout_s:g} s: {told}; "
        f"slowest {slowest[0]:.1f} s ({slowest[1]}), peak {peak_mb:,.0f} MiB "
        f"({time.monotonic() - began:.0f} s, seed {seed})"
    )


def extracted(sandbox: Sandbox, name: str, body: bytes, rng: Random) -> tuple[str, float]:
    """Return what became of a page, and the CPU seconds it took."""
    if name.startswith("json"):
        before = time.process_time()
        try:
            found: object = read_json(body, rng.choice(CHARSETS))
        except Exception as error:  # noqa: BLE001  whatever a reader raises is what the campaign looks for
            print(f"{name}: {error!r}", file=sys.stderr)
            return "raised", time.process_time() - before
        return "text" if isinstance(found, JsonText) else str(found), time.process_time() - before
    kind, known = rng.choice(list(Kind)), rng.random() < 0.5
    quality = rng.choice(("best", "best", "fast"))
    request = PageRequest("http://a.test/p", rng.choice(CHARSETS), str(kind), known, quality, "2026-11-20")
    child = sandbox.pid or 0
    before = cpu_s(child)
    answer = sandbox.read_page(body, request)
    seconds = cpu_s(sandbox.pid or 0) - (before if sandbox.pid == child else 0.0)
    return answer if isinstance(answer, str) else "text" if answer.text else "no_text", seconds


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used; 0 if there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


# -- pages --------------------------------------------------------------------------------------------


def base_pages(recorded: Path | None) -> list[tuple[str, bytes]]:
    """Return the pages that are mutated, by a name that says how they are read."""
    web = SimulatedWeb(7, 3, list(SITES))
    found = [("json" if "json" in page.content_type else "html", page.body) for page in web.pages.values()]
    if recorded:
        for item in read_responses(recorded, 5_000_000):
            if isinstance(item, Response) and item.body:
                found.append(("json" if item.content_type.endswith("json") else "html", item.body))
    return found


def page(rng: Random, bases: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return a page of the campaign, with a name for it."""
    if rng.random() < 0.25:
        name = rng.choice(sorted(ATTACKS))
        return name, ATTACKS[name](rng)
    kind, body = rng.choice(bases)
    names = []
    for _ in range(rng.randint(1, 4)):
        mutate = rng.choice(MUTATIONS)
        body = mutate(body, rng, bases)
        names.append(mutate.__name__)
    return f"{kind}-{'-'.join(names)}", body


def flip(body: bytes, rng: Random, _: object) -> bytes:
    """Change some bytes."""
    changed = bytearray(body)
    for _ in range(rng.choice((1, 10, 200))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(body: bytes, rng: Random, _: object) -> bytes:
    """End anywhere."""
    return body[: rng.randrange(len(body) + 1)]


def drop(body: bytes, rng: Random, _: object) -> bytes:
    """Leave a stretch out."""
    start = rng.randrange(len(body) + 1)
    return body[:start] + body[start + rng.randrange(1, 2000) :]


def repeat(body: bytes, rng: Random, _: object) -> bytes:
    """Say a stretch many times."""
    start = rng.randrange(len(body) + 1)
    stretch = body[start : start + rng.randrange(1, 500)]
    return body[:start] + stretch * rng.choice((2, 50, 2000)) + body[start:]


def splice(body: bytes, rng: Random, bases: list[tuple[str, bytes]]) -> bytes:
    """Put a stretch of another page in."""
    other = rng.choice(bases)[1]
    start, at = rng.randrange(len(other) + 1), rng.randrange(len(body) + 1)
    return body[:at] + other[start : start + rng.randrange(1, 20_000)] + body[at:]


def swap_tags(body: bytes, rng: Random, _: object) -> bytes:
    """Call one element by another's name."""
    names = (b"p", b"div", b"table", b"tr", b"td", b"li", b"span", b"article", b"script", b"a", b"body")
    old, new = rng.sample(names, 2)
    return body.replace(b"<" + old, b"<" + new, rng.choice((1, 5, -1)))


def unclose(body: bytes, rng: Random, _: object) -> bytes:
    """Forget end tags."""
    parts = body.split(b"</")
    return b"".join(
        part if number == 0 else (b"</" if rng.random() < 0.7 else b"<") + part
        for number, part in enumerate(parts)
    )


def insert(body: bytes, rng: Random, _: object) -> bytes:
    """Put a token in that parsers care about."""
    token = rng.choice(
        (
            b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml", b"\0", b"&#0;", b"&#x110000;", b"<script>",
            b"</body>", b"</html>", b"<plaintext>", b"<table>", b"<svg><math>", b"\xff\xfe", b"\xe2\x80\xa8",
            b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>", b"<base href='file:///etc/'>", b"<template>",
            b"\xed\xa0\x80",
            b'"', b"\\u0000", b"\\ud800", b"1e999", b"[[[[", b"{", b"null",
        )
    )  # fmt: skip
    at = rng.randrange(len(body) + 1)
    return body[:at] + token * rng.choice((1, 3, 100)) + body[at:]


def reencode(body: bytes, rng: Random, _: object) -> bytes:
    """Write the page in another encoding than it says."""
    encoding = rng.choice(("utf-16", "utf-32", "cp1252", "shift_jis", "utf-7", "cp037"))
    return body.decode("utf-8", "replace").encode(encoding, "replace")


MUTATIONS = (flip, cut, drop, repeat, splice, swap_tags, unclose, insert, reencode)


def num(rng: Random, most: int) -> int:
    """Return a count up to ``most``, small ones as likely as large."""
    return int(10 ** rng.uniform(1, len(str(most)) - 1))


def html(inner: str) -> bytes:
    """Return a page around some markup."""
    return f"<!DOCTYPE html><html><head><title>T</title></head><body>{inner}</body></html>".encode()


def sentences(rng: Random, count: int) -> str:
    """Return running text."""
    words = ("the", "match", "was", "won", "by", "a", "late", "goal", "before", "18,432", "people", "3-1")
    return " ".join(" ".join(rng.choices(words, k=12)).capitalize() + "." for _ in range(count))


def table(rows: int, cells: int, cell: str = "<td>12</td>") -> str:
    """Return a table of equal cells."""
    return "<table>" + ("<tr>" + cell * cells + "</tr>") * rows + "</table>"


def nested_json(rng: Random) -> bytes:
    """Return JSON that nests."""
    depth = num(rng, 1_000_000)
    opening, closing = rng.choice((("[", "]"), ('{"a":', "}")))
    return (opening * depth + "1" + closing * depth).encode()


def mistyped_json(rng: Random) -> bytes:
    """Return JSON with the keys of known APIs and anything as their values."""
    keys = ("events", "competitions", "competitors", "home", "away", "data", "response", "fixture", "kind",
            "children", "parse", "text", "drives", "score", "matches", "rounds", "games", "id", "date",
            "team", "linescores", "articles", "headline", "status", "type", "leagues", "query")  # fmt: skip

    def value(depth: int) -> object:
        pick = rng.random()
        if depth == 0 or pick < 0.4:
            return rng.choice(
                (0, -1, 10**400, 1.5, float("inf"), "", "3", "\ud800", None, True, "2024-01-01")
            )
        if pick < 0.6:
            return [value(depth - 1) for _ in range(rng.randint(0, 4))]
        return {rng.choice(keys): value(depth - 1) for _ in range(rng.randint(0, 6))}

    return json.dumps(value(8)).encode()


ATTACKS: dict[str, Callable[[Random], bytes]] = {
    "deep-div": lambda rng: html("<div>" * num(rng, 1_000_000) + sentences(rng, 5)),
    "deep-inline": lambda rng: html("<b><i>" * num(rng, 100_000) + sentences(rng, 5)),
    "deep-list": lambda rng: html("<ul><li>" * num(rng, 100_000) + sentences(rng, 5)),
    "deep-table": lambda rng: html("<table><tr><td>" * num(rng, 100_000) + sentences(rng, 5)),
    "misnested": lambda rng: html("<b><p><i></b></p>" * num(rng, 100_000) + sentences(rng, 5)),
    "wide": lambda rng: html("<p>a" * num(rng, 1_000_000)),
    "many-paragraphs": lambda rng: html(f"<p>{sentences(rng, 3)}</p>" * num(rng, 100_000)),
    "many-links": lambda rng: html("<a href='/x'>link</a> " * num(rng, 1_000_000)),
    "many-breaks": lambda rng: html("<p>" + "line<br>" * num(rng, 1_000_000)),
    "many-spans": lambda rng: html("<p>" + "<span>word</span> " * num(rng, 1_000_000)),
    "many-tables": lambda rng: html(table(2, 2) * num(rng, 100_000)),
    "large-table": lambda rng: html(table(num(rng, 100_000), 12)),
    "wide-table": lambda rng: html(table(2, num(rng, 1_000_000))),
    "spans-of-cells": lambda rng: html(table(20, 5, f'<td rowspan="{10**9}" colspan="{10**9}">1</td>')),
    "hidden-tables": lambda rng: html(f"<div><!--{table(3, 4)}--></div>" * num(rng, 100_000)),
    "open-comments": lambda rng: html("<!--" * num(rng, 1_000_000) + table(3, 4)),
    "comment-dashes": lambda rng: html("<!--" + "-" * num(rng, 1_000_000) + table(3, 4) + "--"),
    "angles": lambda rng: html("<" * num(rng, 1_000_000)),
    "open-tags": lambda rng: html("<td " * num(rng, 1_000_000)),
    "attributes": lambda rng: html("<p " + "a=1 " * num(rng, 1_000_000) + ">" + sentences(rng, 5)),
    "long-attribute": lambda rng: html(f"<p class='{'nav-' * num(rng, 1_000_000)}'>{sentences(rng, 5)}"),
    "long-word": lambda rng: html("<p>" + "a" * num(rng, 1_000_000)),
    "long-line": lambda rng: html("<p>" + sentences(rng, num(rng, 10_000))),
    "blanks": lambda rng: html("<p>" + " \t\n\u00a0" * num(rng, 1_000_000)),
    "digits": lambda rng: html("<p>" + "1-" * num(rng, 1_000_000)),
    "entities": lambda rng: html("<p>" + "&amp;#x26;&NotAnEntity;&#99999999;" * num(rng, 100_000)),
    "entity-bomb": lambda rng: (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(12))
        + b"]><html><body><p>&m;</p></body></html>"
    ),
    "metas": lambda rng: html("<meta name='date' content='2020-01-01'>" * num(rng, 100_000)),
    "meta-charset": lambda rng: b"<meta " + b"charset " * num(rng, 100_000) + b"\xff\xfe\x80",
    "dates": lambda rng: html("<time>" + "2024-01-0" * num(rng, 100_000) + "</time>" + sentences(rng, 3)),
    "json-ld": lambda rng: html(
        '<script type="application/ld+json">' + '{"@type":["SportsEvent"],"a":' * num(rng, 100_000)
        + "</script>" + sentences(rng, 3)
    ),
    "json-lds": lambda rng: html(
        '<script type="application/ld+json">{"@type":"SportsEvent","@id":"x"}</script>' * num(rng, 100_000)
    ),
    "forms": lambda rng: html("<form><select>" + "<option>x" * num(rng, 1_000_000)),
    "combining": lambda rng: html("<p>a" + "\u0301\u0300\u0345" * num(rng, 100_000)),
    "bidi": lambda rng: html("<p>" + "\u202e\u2066\u200b" * num(rng, 100_000) + sentences(rng, 3)),
    "random-bytes": lambda rng: rng.randbytes(num(rng, 1_000_000)),
    "nothing": lambda rng: rng.choice((b"", b"\0", b"\xff\xfe", b"<", b"<html>", b"\xef\xbb\xbf")),
    "json-nested": nested_json,
    "json-mistyped": mistyped_json,
    "json-numbers": lambda rng: b"[" + b"9" * num(rng, 100_000) + b"]",
    "json-wide": lambda rng: json.dumps({"events": [{"competitions": [{}]}] * num(rng, 100_000)}).encode(),
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
