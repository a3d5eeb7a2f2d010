"""Game-centre JSON: the whole game in its text, whatever is odd in it kept under the feed's own names."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tasks.extract.records.accounts import unaccounted
from tasks.extract.records.answer import JsonText
from tasks.extract.records.nfl_gamecenter import STAT_IDS, STATS, stats_of
from tasks.extract.records.read import read_json
from tasks.extract.records.read_back import check_text, read_text

GAMES = Path(__file__).parents[5] / "shared/data/nfl_gamecenter"


def game() -> dict[str, Any]:
    """Return a game in the feed's shape; names and numbers are invented."""
    stat = {"sequence": 1, "clubcode": "NE", "playerName": "A.Moss", "statId": 10, "yards": 9.0}
    tackle = {"sequence": 2, "clubcode": "CIN", "playerName": "B.de la Cole", "statId": 79, "yards": 0}
    team = {"sequence": 3, "clubcode": "NE", "playerName": None, "statId": 3, "yards": 0}
    play = {
        "sp": 0,
        "qtr": 1,
        "down": 1,
        "time": "14:33",
        "yrdln": "NE 40",
        "ydstogo": 10,
        "ydsnet": 29,
        "posteam": "NE",
        "desc": "(14:33) A.Moss up the middle to NE 49 for 9 yards (B.de la Cole).",
        "note": None,
        "players": {"00-2": [stat], "00-3": [tackle], "0": [team]},
    }
    drive = {
        "posteam": "NE",
        "qtr": 1,
        "redzone": True,
        "plays": {"75": play, "51": {**play, "players": {}}},
        "fds": 5,
        "result": "Touchdown",
        "penyds": -3,
        "ydsgained": 80,
        "numplays": 2,
        "postime": "4:57",
        "start": {"qtr": 1, "time": "15:00", "yrdln": "NE 20", "team": "NE"},
        "end": {"qtr": 1, "time": "10:03", "yrdln": "CIN 1", "team": "NE"},
    }
    sides: dict[str, Any] = {}
    for side, abbr, scores in (("home", "NE", (14, 6, 14, 9)), ("away", "CIN", (0, 3, 14, 0))):
        passing = {f"00-{n}": {"name": f"P.{n}", "att": 30 + n, "yds": -n, "tds": 0} for n in range(3)}
        quarters = {str(quarter): points for quarter, points in enumerate((*scores, 0), 1)}
        sides[side] = {
            "score": quarters | {"T": sum(scores)},
            "abbr": abbr,
            "to": 3,
            "players": None,
            "stats": {
                "passing": passing,
                "team": {"totyds": 505, "ptavg": 40.29999923706055, "top": "38:56"},
            },
        }
    score = {"type": "TD", "desc": "A.Moss 1 yd. run", "qtr": 1, "team": "NE", "players": {"A.Moss": "00-2"}}
    return {
        "2014010512": sides
        | {
            "drives": {"1": drive, "crntdrv": 1},
            "scrsummary": {"251": score},
            "qtr": "Final",
            "clock": "00:25",
            "down": 0,
            "posteam": "NE",
            "redzone": True,
            "weather": None,
        },
        "nextupdate": 310,
    }


def read(value: object) -> JsonText | str:
    return read_json(json.dumps(value).encode(), "")


def told(value: object) -> JsonText:
    found = read(value)
    assert isinstance(found, JsonText), found
    return found


def test_game_is_told_with_teams_date_season_and_periods() -> None:
    found = told(game())
    record = json.loads(found.record or "")
    assert (found.title, found.published_at) == ("New England Patriots v Cincinnati Bengals", "2014-01-05")
    assert (record["season"], record["home_score"], record["away_score"]) == ("2013", 43, 17)
    assert record["periods"] == [[14, 0], [6, 3], [14, 14], [9, 0]]
    assert found.events == ["nfl:2014010512"]


def test_game_text_reads_back_and_accounts_for_every_value() -> None:
    found = told(game())
    assert check_text(json.loads(found.record or ""), found.text) == []
    assert unaccounted(game(), [read_text(found.text)]) == []
    changed = found.text.replace("time: 14:33", "time: 14:34", 1)
    assert [leaf.value for leaf in unaccounted(game(), [read_text(changed)])] == ["14:33"]


def test_plays_stand_in_the_order_of_their_numbers_with_what_players_did() -> None:
    rows = read_text(told(game()).text)["more"]["play by play"]
    assert [row.get("stats") for row in rows] == [
        None,
        "A.Moss (NE) rush 9; B.de la Cole (CIN) solo tackle; (NE) first down rushing",
    ]


def test_names_of_statistics_are_told_apart() -> None:
    assert len(STAT_IDS) == len(STATS)
    for id_, name in STATS.items():
        for yards in (0, -7, 12):
            text = f"A.Moss (NE) {name}" + (f" {yards}" if yards else "")
            (found,) = stats_of(text)
            assert (found["statId"], found["yards"], found["playerName"]) == (id_, yards, "A.Moss")


@pytest.mark.parametrize(
    "stat",
    [
        {"statId": 420},
        {"playerName": "A; (NE) rush"},
        {"playerName": "A (NE) rush 3"},
        {"clubcode": None},
        {"yards": 2.5},
        {"yards": "9"},
        {"statId": "10"},
        {"sequence": 7},
        {"also": 17},
        {"playerName": ""},
        {"yards": 1e300},
        {"yards": True},
    ],
)
def test_an_odd_statistic_of_a_play_is_kept(stat: dict[str, Any]) -> None:
    answer = game()
    answer["2014010512"]["drives"]["1"]["plays"]["75"]["players"]["00-2"][0] |= stat
    found = told(answer)
    assert unaccounted(json.loads(json.dumps(answer)), [read_text(found.text)]) == []


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in pairs for place in ((*path, key), *places(inner, (*path, key)))]


@pytest.mark.parametrize(
    "change", [None, [], ["odd"], {"odd": 17.25}, {"1": {"2": [3]}}, "odd", -1, True, 1e300]
)
def test_game_of_another_shape_anywhere_is_told_and_reads_back(change: object) -> None:
    for place in places(game()):
        answer = game()
        inner: Any = answer
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = copy.deepcopy(change)
        found = read(answer)
        if isinstance(found, JsonText):
            records = json.loads(found.record or "")
            assert check_text(records, found.text) == [], place
            if place[:1] != ("nextupdate",) and found.events and found.events[0].startswith("nfl:"):
                assert unaccounted(answer, [read_text(found.text)]) == [], place


@pytest.mark.shared_data
@pytest.mark.skipif(not GAMES.exists(), reason="no ../shared/data beside the checkout")
def test_recorded_games_read_back_and_account_for_every_value() -> None:
    for path in sorted(GAMES.glob("*.json.gz"))[::60]:
        body = gzip.decompress(path.read_bytes())
        found = read_json(body, "")
        assert isinstance(found, JsonText)
        assert check_text(json.loads(found.record or ""), found.text) == []
        assert unaccounted(json.loads(body), [read_text(found.text)]) == []
