"""Recorded pages and real season files through an import: nothing lost on the way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.url_filter import is_sports_url
from tasks.extract.warc_records import Response, read_responses
from tasks.imports.snapshot import ImportConfig, import_snapshot
from tasks.lake import Lake
from tasks.schema import DOCUMENTS, read_parquet
from tests.tasks.stages import SERIAL

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data"),
]


def test_recorded_warc_in_pieces_holds_the_pages_that_were_wanted(tmp_path: Path) -> None:
    source = SHARED / "web" / "pages.warc.gz"
    pages = [r.url for r in read_responses(source, 10**8) if isinstance(r, Response)]
    wanted = [url for url in pages if is_sports_url(url)]
    lake = Lake(str(tmp_path))
    config = ImportConfig(source="web", licence="test", urls=("sports@1",), piece_bytes=1_000_000)
    done = import_snapshot(lake, [source], config, SERIAL, NOW)
    assert (done.rows_in, done.rows_out) == (len(pages), len(wanted))
    assert done.dropped == {"other_url": len(pages) - len(wanted)}
    raw = lake.artifact_at(lake.snapshots()[0].artifacts["raw"])
    pieces = lake.paths(raw)
    assert len(pieces) > 1
    stored = [r for piece in pieces for r in read_responses(piece, 10**8) if isinstance(r, Response)]
    assert [r.url for r in stored] == wanted
    assert not any(r.damage for r in stored)


def test_openfootball_seasons_give_a_record_a_match(tmp_path: Path) -> None:
    folder = SHARED / "openfootball"
    matches = [json.loads(file.read_text("utf-8"))["matches"] for file in folder.rglob("*.json")]
    lake = Lake(str(tmp_path))
    config = ImportConfig(source="openfootball", licence="CC0-1.0")
    done = import_snapshot(lake, [folder], config, SERIAL, NOW)
    assert done.rows_in == done.rows_out == sum(map(len, matches))
    documents = lake.artifact_at(lake.snapshots()[0].artifacts["documents"])
    games = [
        json.loads(row["record"])
        for path in lake.paths(documents, "documents.parquet")
        for row in read_parquet(path, DOCUMENTS, ["record"]).to_pylist()
    ]
    goals = sum(game["home_score"] + game["away_score"] for game in games if "home_score" in game)
    scores = [match["score"] for season in matches for match in season if match.get("score")]
    assert goals == sum(sum(score.get("et") or score["ft"]) for score in scores)
