"""400 real documents that were judged by reading, 200 of those kept and 200 of those rejected: clean agrees.

``judged.csv`` has a row for each: where it is from, whether clean kept it when the sample was drawn, what a
reader who saw neither that nor the rules said of it (confidence 1 is a borderline case), and why.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.clean.config import CleanConfig
from tasks.clean.shard import clean_document
from tasks.extract.config import ExtractConfig
from tasks.extract.records.read import read_json
from tasks.extract.segment import SegmentProvenance, extract_segment
from tasks.extract.warc_records import Response, read_responses
from tasks.schema import DOCUMENTS, read_parquet
from tasks.topics.model import shipped_model

DATA = Path(__file__).parents[4] / "shared" / "data"
LEAST_AGREEMENT = 0.95
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout"),
]


def judged() -> list[dict[str, str]]:
    with (Path(__file__).parent / "judged.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def row(text: str, kind: str = "news", **fields: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(DOCUMENTS.names)
    return {**empty, "id": "x", "source": "s", "ordinal": 0, "kind": kind, "text": text, "events": [],
            "opt_outs": [], **fields}  # fmt: skip


def rows_of(folder: str, pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted((DATA / folder).glob(pattern)):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def pages(urls: set[str], folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Extract the recorded pages of some addresses."""
    warc = DATA / "web/pages.warc.gz"
    data = warc.read_bytes()
    records = [item for item in read_responses(warc, 5_000_000) if isinstance(item, Response)]
    ends = [*(item.offset for item in records[1:]), len(data)]
    wanted = zip(records, ends, strict=True)
    (folder / "some.warc.gz").write_bytes(
        b"".join(data[r.offset : end] for r, end in wanted if r.url in urls)
    )
    provenance = SegmentProvenance("recorded", "test", "news", "", "some.warc.gz", None, 0)
    extract_segment(folder / "some.warc.gz", folder, ExtractConfig(), provenance)
    for document in read_parquet(folder / "documents.parquet", DOCUMENTS).to_pylist():
        yield document["url"], document


def documents(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return all documents that can have been judged, by collection and key."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for collection, pattern in (("news_slices", "*"), ("topic", "*"), ("near_duplicates", "*.jsonl.gz")):
        for each in rows_of(collection, pattern):
            found[collection, each["id"]] = row(each["text"])
    for number, game in enumerate(rows_of("box_scores", "*.jsonl.gz")):
        found["box_scores", str(number)] = row(game["detokenized_text"])
    for path in (DATA / "nfl_gamecenter").glob("*.json.gz"):
        if ("nfl_gamecenter", path.name) in {(r["collection"], r["key"]) for r in judged()}:
            told = read_json(gzip.decompress(path.read_bytes()), "")
            assert not isinstance(told, str)
            found["nfl_gamecenter", path.name] = row(
                told.text, "record", record=told.record, events=told.events, sport="american_football"
            )
    urls = {each["key"] for each in judged() if each["collection"] == "web"}
    return found | {("web", url): document for url, document in pages(urls, folder)}


def test_clean_agrees_with_a_reader(tmp_path: Path) -> None:
    found, rows = documents(tmp_path), judged()
    assert len(rows) == 400
    assert sum(each["drawn_from"] == "kept" for each in rows) == 200
    disagreed = []
    for each in rows:
        document = found.get((each["collection"], each["key"]))
        verdict = clean_document(document, CleanConfig(), shipped_model()) if document else "no_text"
        kept = not isinstance(verdict, str)
        if kept != (each["judged"] == "keep"):
            disagreed.append((each["collection"], each["key"], verdict if not kept else "kept", each["why"]))
    assert len(disagreed) <= (1 - LEAST_AGREEMENT) * len(rows), disagreed


def test_no_recap_of_a_box_score_is_lost() -> None:
    recaps = [game["detokenized_text"] for game in rows_of("box_scores", "*.jsonl.gz")]
    assert len(recaps) == 60
    lost = [
        verdict
        for text in recaps
        if isinstance(verdict := clean_document(row(text), CleanConfig(), shipped_model()), str)
    ]
    assert not lost
