"""One crawl: a spec written, the crawler's process run and watched, its segments taken over.

The crawler keeps closed segments through a kill, so that only the open one is fetched again. The content of
raw data is the set of (url, payload digest, content type, robots and terms verdicts): when it was fetched,
and in which order, changes nothing after it.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.run import SAVED_FRONTIER
from tasks.counts import Counts
from tasks.crawl.copies import SafeCopies
from tasks.crawl.watch import CrawlWatch, summary_markdown
from tasks.lake import Lake, StoredFile, digest_of, link
from tasks.locks import held
from tasks.provenance import ROOT
from tasks.stage import Progress

BAD_SPEC = 2
CONTENT = ("url", "payload_digest", "content_type", "robots", "terms")
STOP_GRACE_S = 30.0
STATS, SUMMARY = "stats.json", "crawl.md"


class CrawlFailed(ConnectionError):  # noqa: N818 - it says what happened
    """The crawl ended early; what it fetched is kept and the next try goes on from there."""


@dataclass(frozen=True)
class EarlierFile:
    """An index or a saved frontier of an earlier snapshot's crawl."""

    snapshot: str
    source: str
    name: str
    path: Path


def run_crawler(folder: Path, spec: dict[str, Any], watch: CrawlWatch) -> dict[str, Any]:
    """Run the crawler over ``spec`` into ``folder`` and return its statistics.

    Raises:
        ValueError: what the crawler found wrong with the spec.
        CrawlFailed: if it ended before it was done.
    """
    spec_path = folder / "spec.json"
    spec_path.write_text(json.dumps(spec, indent=1, sort_keys=True))
    out = folder / "out"
    command = [sys.executable, "-m", "crawlers.run", "--spec", str(spec_path), "--out", str(out)]
    with (folder / "log.txt").open("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            watch.follow(process.stdout)
            code = process.wait()
        except BaseException:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_GRACE_S)
            process.kill()
            process.wait()
            raise
        log.seek(0)
        said = log.read().strip()
    if code == BAD_SPEC:
        raise ValueError(said.splitlines()[-1] if said else "the crawler refused its settings")
    if code != 0:
        raise CrawlFailed(f"the crawler ended with {code}; its log is {folder / 'log.txt'}:\n{said[-1500:]}")
    stats: dict[str, Any] = json.loads((out / "stats.json").read_text())
    return stats


def crawl_into(
    folder: str,
    spec: dict[str, Any],
    earlier: Sequence[EarlierFile],
    progress: Progress,
    copies: SafeCopies | None,
    out: Path,
) -> Counts:
    """Crawl by ``spec`` in a folder that outlives this process, then take the segments over into ``out``.

    Args:
        earlier: what earlier snapshots know of the sources' pages, oldest first.
        copies: where closed segments are copied to as they close, if the lake is on another machine.
    """
    work = Path(folder)
    with held(work / ".lock"):
        if copies is not None:
            copies.restore(work / "out")
        spec = {**spec, **known_pages(earlier, work / "known")}
        kept = copies.keep if copies is not None else _no_copy
        stats = run_crawler(work, spec, CrawlWatch(progress, kept))
        rows = _take_over(work / "out", out)
        (out / SUMMARY).write_text(summary_markdown(stats), "utf-8")
    extra = {f"{name}_pages": rows[name, "response"] for name in stats}
    for record in ("revisit", "tombstone"):
        extra[f"{record}s"] = sum(rows[name, record] for name in stats)
    pages = sum(rows[name, "response"] for name in stats)
    return Counts(pages, pages, {}, extra)


def _no_copy(archive: Path) -> None:
    """Leave a closed segment where it is: the lake is on this machine."""


def known_pages(earlier: Sequence[EarlierFile], folder: Path) -> dict[str, Any]:
    """Lay out what the crawler is to know: each source's newest saved frontier, else all its segments'
    indexes.
    """
    frontiers: dict[str, str] = {}
    for file in earlier:
        if file.name == SAVED_FRONTIER:
            link(file.path, folder / file.snapshot / file.source / file.name)
            frontiers[file.source] = str(folder / file.snapshot / file.source / file.name)
    known = []
    for file in earlier:
        if file.name.endswith(".jsonl") and file.source not in frontiers:
            link(file.path, folder / file.snapshot / file.source / file.name)
            known.append(str(folder / file.snapshot / file.source / file.name))
    return {"known": known, "frontiers": frontiers}


def _take_over(source: Path, out: Path) -> Counter[tuple[str, str]]:
    """Put a finished crawl's files into ``out``; return its index rows by source and kind of record."""
    rows: Counter[tuple[str, str]] = Counter()
    wanted = [*source.rglob("segment-*"), *source.rglob(SAVED_FRONTIER), source / STATS]
    for path in sorted(wanted):
        if path.suffix == ".open":
            continue
        link(path, out / path.relative_to(source))
        if path.suffix == ".jsonl":
            lines = path.read_text("utf-8").splitlines()
            rows.update((path.parent.name, json.loads(line).get("record", "response")) for line in lines)
    return rows


def raw_content(lake: Lake, folder: str, files: list[StoredFile]) -> str:
    """Return the content digest of a crawl: what was fetched, not when or in which order."""
    rows: set[tuple[Any, ...]] = set()
    for file in files:
        if not file.name.endswith(".jsonl"):
            continue
        path = lake.store.local_path(f"{folder}/{file.path}", file.sha256)
        source = file.name.split("/")[-2]
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row.get("record") != "revisit":  # the same page again is no content
                verdicts = (row.get("record", "response"), *row.get("opt_outs", []))
                rows.add((source, *(row.get(name) for name in CONTENT), *verdicts))
    return digest_of(sorted(rows, key=repr))
