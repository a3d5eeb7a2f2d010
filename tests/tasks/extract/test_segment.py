"""Extraction of whole segments: rows, facts, named drops, damage, and the same bytes twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.counts import Counts
from tasks.extract.config import ExtractConfig
from tasks.extract.segment import extract_segment
from tasks.extract.warc_records import Response, read_responses
from tasks.identity import document_key
from tasks.schema import DOCUMENTS, GONE, REJECTED, read_parquet
from tests.tasks.extract.warcs import ARTICLE, page, provenance, write_segment


def run(tmp_path: Path, answers: list[dict[str, Any]], **limits: Any) -> tuple[Counts, list[dict[str, Any]]]:
    index = write_segment(tmp_path / "segment-00000.warc.gz", answers)
    out = tmp_path / "out"
    counts = extract_segment(
        tmp_path / "segment-00000.warc.gz", out, ExtractConfig(**limits), provenance(index)
    )
    counts.check("test")
    return counts, read_parquet(out / "documents.parquet", DOCUMENTS).to_pylist()


def test_extract_article_keeps_text_and_facts_and_drops_the_menu(tmp_path: Path) -> None:
    head = (
        '<meta property="article:published_time" content="2026-11-19T21:05:00+01:00">'
        '<script type="application/ld+json">{"@graph": [{"@type": ["Thing", "SportsEvent"], '
        '"identifier": {"@type": "PropertyValue", "value": "sim:g0001"}}]}</script>'
    )
    answer = {"url": "http://a.test/r", "body": page(ARTICLE, head), "sport": "basketball"}
    counts, (row,) = run(tmp_path, [answer])
    assert counts.dropped == {}
    assert "18,432 people" in row["text"]
    assert "About us" not in row["text"]
    assert "Copyright" not in row["text"]
    assert row["events"] == ["sim:g0001"]
    assert (row["language"], row["sport"], row["robots_verdict"]) == ("en", "basketball", "allowed")
    assert row["published_at"].isoformat() == "2026-11-19T20:05:00+00:00"
    assert row["warc_offset"] > 0


def test_extract_hidden_tables_give_every_number(tmp_path: Path) -> None:
    numbers = [[str(100 * row + column) for column in range(5)] for row in range(40)]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in numbers)
    body = page(
        f"<p>Attendance: 9,657</p><div><!-- <table><caption>Totals</caption>{cells}</table> --></div>"
    )
    _, (row,) = run(tmp_path, [{"url": "http://a.test/s", "body": body, "kind": "statistics"}])
    lines = row["text"].split("\n")
    assert "Totals" in lines
    assert "Attendance: 9,657" in lines
    assert all(" | ".join(line) in lines for line in numbers)


def test_extract_api_game_becomes_lines_record_and_event(tmp_path: Path) -> None:
    game = {"type": "game", "id": "sim:g0007", "home": "Owls", "away": "Royals", "home_score": 4,
            "away_score": 1,
            "winner": "Owls", "url": "http://api.test/7", "periods": [[1, 0], [3, 1]]}  # fmt: skip
    listing = {"data": [{"type": "game", "id": "sim:g0007", "url": "http://api.test/7"}], "next": None}
    json_type = {"content_type": "application/json", "kind": "record"}
    answers = [
        {"url": "http://api.test/7", "body": json.dumps(game).encode(), **json_type},
        {"url": "http://api.test/list", "body": json.dumps(listing).encode(), **json_type},
        {"url": "http://api.test/bad", "body": b"{", **json_type},
    ]
    counts, (row,) = run(tmp_path, answers)
    assert counts.dropped == {"index_page": 1, "not_json": 1}
    assert row["events"] == ["sim:g0007"]
    assert json.loads(row["record"]) == game
    assert {"home: Owls", "home score: 4", "winner: Owls", "periods: 1-0, 3-1"} <= set(
        row["text"].split("\n")
    )
    assert "http" not in row["text"]


def test_extract_pages_that_give_no_text_are_dropped_by_name(tmp_path: Path) -> None:
    answers = [
        {"url": "http://a.test/missing", "body": page(ARTICLE), "status": 404},
        {"url": "http://a.test/moved", "body": b"", "status": 301},
        {"url": "http://a.test/p.png", "body": b"\x89PNG\r\n\x1a\n\0\0", "content_type": "image/png"},
        {"url": "http://a.test/empty", "body": b"  \n"},
        {"url": "http://a.test/blank", "body": b"<html><body><div></div><div></div></body></html>"},
        {
            "url": "http://a.test/feed",
            "body": b"<?xml version='1.0'?><rss></rss>",
            "content_type": "text/xml",
        },
        {"url": "http://a.test/robots.txt", "body": b"User-agent: *", "content_type": "text/plain"},
        {"url": "http://a.test/large", "body": page("<p>" + "word " * 4000 + "</p>")},
        {"url": "http://a.test/good", "body": page(ARTICLE)},
        {"url": "http://a.test/good#again", "body": page(ARTICLE)},
    ]
    counts, rows = run(tmp_path, answers, max_page_bytes=10_000)
    assert counts.rows_in == 9
    assert counts.extra["skipped_redirect"] == 1
    assert [row["url"] for row in rows] == ["http://a.test/good"]
    assert counts.dropped == {
        "bad_status": 1, "duplicate_id": 1, "empty": 1, "index_page": 2, "no_text": 1, "not_text": 1,
        "too_large": 1,
    }  # fmt: skip
    rejected = read_parquet(tmp_path / "out/rejected.parquet", REJECTED).to_pylist()
    assert {row["reason"] for row in rejected} == set(counts.dropped)


def test_extract_page_that_takes_too_long_costs_that_page_only(tmp_path: Path) -> None:
    heavy = page(
        "".join(f"<div><p>Paragraph {n} of the report, with some words.</p></div>" for n in range(30_000))
    )
    answers = [
        {"url": "http://a.test/1", "body": page(ARTICLE)},
        {"url": "http://a.test/2", "body": heavy},
        {"url": "http://a.test/3", "body": page(ARTICLE)},
    ]
    counts, rows = run(tmp_path, answers, timeout_s=0.4)
    assert counts.dropped == {"timeout": 1}
    assert len(rows) == 2
    assert counts.extra["parser_starts"] == 2


def test_extract_tombstone_is_no_document_and_is_listed_as_gone(tmp_path: Path) -> None:
    url = "http://a.test/gone"
    answers = [
        {"url": "http://a.test/1", "body": page(ARTICLE), "opt_outs": ["header:noai"]},
        {"url": url, "body": b"gone", "status": 410, "record": "tombstone"},
    ]
    counts, (row,) = run(tmp_path, answers)
    assert (counts.rows_in, counts.dropped, counts.extra["tombstones"]) == (1, {}, 1)
    assert row["opt_outs"] == ["header:noai"]
    (gone,) = read_parquet(tmp_path / "out/gone.parquet", GONE).to_pylist()
    assert (gone["key"], gone["url"], gone["why"]) == (document_key("example", url), url, "status 410")


def test_extract_same_segment_twice_gives_same_bytes(tmp_path: Path) -> None:
    answers = [
        {"url": f"http://a.test/{n}", "body": page(ARTICLE.replace("3-1", f"{n}-1"))} for n in range(5)
    ]
    index = write_segment(tmp_path / "s.warc.gz", answers)
    for name in ("first", "second"):
        extract_segment(tmp_path / "s.warc.gz", tmp_path / name, ExtractConfig(), provenance(index))
    for file in ("documents.parquet", "rejected.parquet"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_extract_imported_warc_takes_facts_from_the_record(tmp_path: Path) -> None:
    write_segment(tmp_path / "s.warc.gz", [{"url": "http://a.test/1", "body": page(ARTICLE)}], index=False)
    extract_segment(tmp_path / "s.warc.gz", tmp_path / "out", ExtractConfig(), provenance(file_number=3))
    (row,) = read_parquet(tmp_path / "out/documents.parquet", DOCUMENTS).to_pylist()
    assert (row["robots_verdict"], row["terms_verdict"], row["ordinal"]) == (
        "imported",
        "imported",
        3 * 2**32,
    )
    assert row["fetched_at"].isoformat() == "2026-11-20T06:00:00+00:00"


def test_extract_file_that_is_no_warc_is_named(tmp_path: Path) -> None:
    for name, content in {"a.warc.gz": b"hello", "b.warc.gz": b""}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=rf"{name} is not a WARC file"):
            extract_segment(tmp_path / name, tmp_path / "out", ExtractConfig(), provenance())


def test_extract_truncated_segment_gives_the_whole_records(tmp_path: Path) -> None:
    answers = [{"url": f"http://a.test/{n}", "body": page(ARTICLE * (n + 1))} for n in range(4)]
    index = write_segment(tmp_path / "s.warc.gz", answers)
    data = (tmp_path / "s.warc.gz").read_bytes()
    (tmp_path / "s.warc.gz").write_bytes(data[:-60])
    counts = extract_segment(tmp_path / "s.warc.gz", tmp_path / "out", ExtractConfig(), provenance(index))
    counts.check("truncated")
    assert (counts.rows_out, counts.dropped) == (3, {"truncated": 1})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.floats(0.1, 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_read_responses_damaged_anywhere_never_crashes_nor_passes_a_changed_body(
    tmp_path: Path, damage: list[tuple[float, int]]
) -> None:
    answers = [{"url": f"http://a.test/{n}", "body": page(ARTICLE * (n % 3 + 1))} for n in range(8)]
    path = tmp_path / "d.warc.gz"
    write_segment(path, answers, index=False)
    data = bytearray(path.read_bytes())
    for place, value in damage:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)
    good = {answer["url"]: answer["body"] for answer in answers}
    found = [item for item in read_responses(path, 5_000_000) if isinstance(item, Response)]
    assert all(item.damage or good.get(item.url) == item.body for item in found)
    assert len(found) <= len(answers) + len(damage)
