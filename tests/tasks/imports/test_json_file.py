"""JSON files: answers of APIs that are known become documents, gzip or not; others are named."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tasks.imports.document import ImportSource, document_of
from tasks.imports.json_file import read_json_file
from tasks.imports.place import Item, Meter, Place, Reading
from tests.tasks.extract.records import examples
from tests.tasks.extract.records.test_nfl_gamecenter import game as nfl_game


def items(path: Path, body: bytes, place: Place | None = None) -> list[Item]:
    path.write_bytes(body)
    return list(read_json_file(Reading(path, path.name, place or Place(), Meter())))


@pytest.mark.parametrize("name", ["2014010512.json", "2014010512.json.gz"])
def test_nfl_game_is_one_record(tmp_path: Path, name: str) -> None:
    body = json.dumps(nfl_game()).encode()
    (item,) = items(tmp_path / name, gzip.compress(body) if name.endswith("gz") else body)
    record: Any = item.record
    assert (record["id"], record["sport"], record["kind"]) == (
        "nfl:2014010512",
        "american_football",
        "record",
    )
    assert json.loads(record["record_json"])["home_score"] == 43
    assert "A.Moss (NE) rush 9" in record["text"]
    assert items(tmp_path / name, body, Place(1, 0, 1)) == [], "read already"


def test_scoreboard_is_one_record_with_its_game(tmp_path: Path) -> None:
    (item,) = items(tmp_path / "board.json", json.dumps(examples.espn_game()).encode())
    assert isinstance(item.record, dict)
    assert item.record["events"] == ["espn:77"]


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b"[", b"\xff", gzip.compress(b"{}" * 99)[:-9], b"", b"[" * 99_999]
)
def test_other_files_are_unsupported(tmp_path: Path, body: bytes) -> None:
    assert [item.record for item in items(tmp_path / "x.json.gz", body)] == ["unsupported_format"]


def test_answer_without_games_is_named(tmp_path: Path) -> None:
    body = json.dumps({"leagues": [{"name": "First League"}], "events": []}).encode()
    assert [item.record for item in items(tmp_path / "x.json", body)] == ["no_games"]


def test_row_without_text_that_is_a_known_answer_is_told() -> None:
    scores: dict[str, Any] = {"PLAYER_NAME": {"0": "Ada Moss"}, "PTS": {"0": "31"}}
    lines: dict[str, Any] = {"home_line": {"TEAM-PTS": "101"}, "vis_line": {"TEAM-PTS": "99"}}
    teams: dict[str, Any] = {"home_name": "Owls", "vis_name": "Foxes"}
    game = {"day": "04_05_17", "box_score": scores, **teams, **lines}
    found = document_of(game, ImportSource("box", "CC0-1.0"), Counter())
    assert isinstance(found, dict)
    assert found["kind"] == "record"
    assert "Ada Moss" in found["text"]
    assert "31" in found["text"]
    assert len(found["events"]) == 1
    assert document_of({"no": 1}, ImportSource("box", "CC0-1.0"), Counter()) == "no_text"
