"""NBA box scores: players as a table, the game as conversations read it, every value told."""

from __future__ import annotations

import json
from typing import Any

from tasks.extract.records.accounts import unaccounted
from tasks.extract.records.answer import JsonText
from tasks.extract.records.read import read_json
from tasks.extract.records.read_back import check_text, read_text

GAME: dict[str, Any] = {
    "home_name": "Owls",
    "home_city": "Arden",
    "vis_name": "Bears",
    "vis_city": "Holm",
    "day": "02_03_17",
    "box_score": {
        "PTS": {"10": "4", "0": "31", "1": "N/A"},
        "PLAYER_NAME": {"0": "Ada Moss", "1": "Ben Cole", "10": "Dan Obi"},
        "TEAM_CITY": {"0": "Arden", "1": "Holm", "10": "Holm"},
    },
    "home_line": {"TEAM-PTS": "101", "TEAM-NAME": "Owls"}
    | {f"TEAM-PTS_QTR{n}": str(20 + n) for n in range(1, 5)},
    "vis_line": {"TEAM-PTS": "98", "TEAM-NAME": "Bears"}
    | {f"TEAM-PTS_QTR{n}": str(24 - n) for n in range(1, 5)},
    "summary": ["Arden", "won"],
    "cleaned_text": "Arden won",
    "detokenized_text": "Arden won.",
}


def told() -> JsonText:
    found = read_json(json.dumps(GAME).encode(), "")
    assert isinstance(found, JsonText)
    return found


def test_box_score_becomes_a_game_with_its_players_in_order() -> None:
    found = told()
    record = json.loads(found.record or "")
    assert (record["home"], record["away"], record["date"]) == ("Arden Owls", "Holm Bears", "2017-02-03")
    assert (record["home_score"], record["away_score"], record["winner"]) == (101, 98, "Arden Owls")
    assert record["periods"] == [[21, 23], [22, 22], [23, 21], [24, 20]]
    assert [row["PLAYER_NAME"] for row in record["more"]["players"]] == ["Ada Moss", "Ben Cole", "Dan Obi"]
    assert "Ada Moss | Arden | 31" in found.text


def test_box_score_reads_back_and_accounts_for_every_value() -> None:
    found = told()
    assert check_text(json.loads(found.record or ""), found.text) == []
    assert unaccounted(GAME, [read_text(found.text)]) == []
