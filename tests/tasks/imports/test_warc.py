"""WARC, WET and CDXJ inputs: whole records as they are, those wanted by URL, every other with its reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tasks.counts import Counts
from tasks.extract.warc_records import Response, read_responses
from tasks.imports.place import Place
from tasks.imports.take_warc import WarcTaker
from tests.tasks.extract.warcs import ARTICLE, page, write_segment

SPORTS = ("sports@1",)
URLS = [f"https://example.org/{'sport' if n % 3 == 0 else 'money'}/{n}" for n in range(9)]


def taken(
    file: Path, out: Path, urls: tuple[str, ...] = (), *, indexed: bool = False
) -> tuple[Counts, list[Response]]:
    """Take a file in one piece; return its counts and the responses that were stored."""
    out.mkdir()
    taker = WarcTaker(file, file.name, urls, 10**9, out.parent / "pulse", indexed)
    taker.open(Place())
    counts = taker.piece(out)
    counts.check(file.name)
    stored = [item for path in sorted(out.iterdir()) for item in read_responses(path, 10**6)]
    return counts, [item for item in stored if isinstance(item, Response)]


def warc(path: Path) -> Path:
    write_segment(path, [{"url": url, "body": page(ARTICLE)} for url in URLS], index=False)
    return path


def test_warc_filtered_by_url_keeps_whole_records_and_counts_the_rest(tmp_path: Path) -> None:
    file = warc(tmp_path / "day.warc.gz")
    counts, responses = taken(file, tmp_path / "out", SPORTS)
    assert (counts.rows_in, counts.rows_out, counts.dropped) == (9, 3, {"other_url": 6})
    assert [r.url for r in responses] == URLS[::3]
    assert {(r.status, r.body, r.damage) for r in responses} == {(200, page(ARTICLE), None)}
    nothing, stored = taken(file, tmp_path / "none", (r"\.example\.net/",))
    assert (nothing.rows_out, stored, nothing.extra["warc_bytes"]) == (0, [], 0)


@pytest.mark.parametrize("name", ["plain.warc", "one-stream.warc.gz"])
def test_warc_not_compressed_by_record_gives_the_same_records(tmp_path: Path, name: str) -> None:
    plain = gzip.decompress(warc(tmp_path / "day.warc.gz").read_bytes())
    file = tmp_path / name
    file.write_bytes(plain if name.endswith(".warc") else gzip.compress(plain))
    counts, responses = taken(file, tmp_path / "out", SPORTS)
    assert (counts.rows_in, counts.rows_out) == (9, 3)
    assert [(r.url, r.body) for r in responses] == [(url, page(ARTICLE)) for url in URLS[::3]]
    if name.endswith(".warc"):
        taken(file, tmp_path / "all")
        assert (tmp_path / "all" / name).read_bytes() == plain


def test_warc_damage_costs_its_record_and_no_other(tmp_path: Path) -> None:
    file = warc(tmp_path / "day.warc.gz")
    data = bytearray(file.read_bytes())
    starts = [at for at in range(len(data)) if data[at : at + 3] == b"\x1f\x8b\x08"]
    data[starts[4] + 40 : starts[4] + 60] = b"\xff" * 20
    file.write_bytes(bytes(data[:-30]))
    counts, responses = taken(file, tmp_path / "out")
    assert counts.rows_in == 9
    assert sum(counts.dropped.values()) == 2
    assert counts.dropped["truncated"] == 1
    assert [r.url for r in responses] == URLS[:3] + URLS[4:8]


def test_wet_is_stored_under_a_name_that_extraction_reads(tmp_path: Path) -> None:
    record = (
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {url}\r\nContent-Type: text/plain\r\n"
        "Content-Length: 11\r\n\r\nTitans win.\r\n\r\n"
    )
    file = tmp_path / "CC-MAIN-1.warc.wet.gz"
    file.write_bytes(b"".join(gzip.compress(record.format(url=url).encode()) for url in URLS))
    counts, responses = taken(file, tmp_path / "out", SPORTS)
    assert counts.rows_out == 3
    assert [(r.url, r.content_type, r.body) for r in responses] == [
        (url, "text/plain", b"Titans win.") for url in URLS[::3]
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["CC-MAIN-1.warc.gz"]


def test_index_selects_records_of_the_warcs_beside_it(tmp_path: Path) -> None:
    rows = write_segment(tmp_path / "day.warc.gz", [{"url": url, "body": page(ARTICLE)} for url in URLS])
    assert rows is not None
    offsets = [json.loads(line)["offset"] for line in rows.read_text().splitlines()]
    ends = [*offsets[1:], (tmp_path / "day.warc.gz").stat().st_size]
    lines = []
    for n in (6, 1, 3):
        facts = {"url": URLS[n], "filename": "crawl-data/day.warc.gz", "offset": str(offsets[n])}
        lines.append(
            f"org,example)/{n} 20261120060000 {json.dumps(facts | {'length': ends[n] - offsets[n]})}"
        )
    lost = {"url": URLS[0], "filename": "other.warc.gz", "offset": "0", "length": "10"}
    wrong = {"url": URLS[0], "filename": "day.warc.gz", "offset": "7", "length": "10"}
    lines += [f"a 1 {json.dumps(lost)}", f"a 1 {json.dumps(wrong)}", "no json"]
    index = tmp_path / "part.cdxj"
    index.write_text("\n".join(lines) + "\n")
    counts, responses = taken(index, tmp_path / "out", SPORTS, indexed=True)
    assert [r.url for r in responses] == [URLS[6], URLS[3]]
    assert counts.dropped == {"bad_index_line": 1, "bad_offset": 1, "other_url": 1, "warc_not_here": 1}
