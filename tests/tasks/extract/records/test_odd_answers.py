"""Answers of every API with parts changed: text that reads back, or a named reason, never an error."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extract.records.answer import JsonText
from tasks.extract.records.read import read_json
from tasks.extract.records.read_back import differences, read_texts
from tasks.extract.records.told import spoken
from tests.tasks.extract.records import examples
from tests.tasks.extract.records.test_nfl_gamecenter import game

OLD_SEASON = {
    "name": "First League 2015/16",
    "rounds": [
        {
            "name": "Matchday 1",
            "matches": [
                {
                    "date": "2015-08-08",
                    "team1": {"name": "A"},
                    "team2": {"name": "B"},
                    "score1": 3,
                    "score2": 0,
                }
            ],
        }
    ],
}
NBA = {
    "home_name": "Owls",
    "home_city": "Arden",
    "vis_name": "Bears",
    "vis_city": "Holm",
    "day": "02_03_17",
    "box_score": {
        "PLAYER_NAME": {"0": "Ada Moss", "1": "Ben Cole"},
        "PTS": {"0": "31", "1": "N/A"},
        "TEAM_CITY": {"0": "Arden", "1": "Holm"},
    },
    "home_line": {"TEAM-PTS": "101", "TEAM-NAME": "Owls", "TEAM-PTS_QTR1": "31"},
    "vis_line": {"TEAM-PTS": "98", "TEAM-NAME": "Bears", "TEAM-PTS_QTR1": "20"},
    "summary": ["Arden", "won"],
}
ANSWERS: dict[str, Any] = {
    "espn": examples.espn_game(),
    "espn-news": examples.ESPN_NEWS,
    "balldontlie": examples.BALLDONTLIE,
    "api-football": examples.API_FOOTBALL,
    "sportsdata-io": examples.SPORTSDATA_IO,
    "sportradar-day": examples.SPORTRADAR_DAY,
    "sportradar-summary": examples.SPORTRADAR_SUMMARY,
    "thesportsdb": examples.THE_SPORTS_DB,
    "mediawiki": examples.MEDIAWIKI,
    "openfootball": examples.OPENFOOTBALL,
    "openfootball-old": OLD_SEASON,
    "reddit": examples.reddit_thread(),
    "nfl": game(),
    "nba": NBA,
}
PLAIN = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        -1,
        3,
        2.5,
        1e300,
        10**30,
        "",
        " ",
        "x",
        "3",
        "a, b",
        "a: b",
        "\ud800",
        "\x00",
        "a\nb",
        "[a]",
        "Final",
        "https://x.example",
        "٣",
        "²",
    ]
)
ODD = PLAIN | st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["0", "a", "name", "x_y"]), inner, max_size=3)
    ),
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in pairs for place in ((*path, key), *places(inner, (*path, key)))]


@pytest.mark.parametrize("api", list(ANSWERS))
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_changed_answer_gives_text_that_reads_back_or_a_reason(api: str, data: st.DataObject) -> None:
    answer = copy.deepcopy(ANSWERS[api])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(answer)))
        inner: Any = answer
        for key in place[:-1]:
            inner = inner[key]
        if isinstance(inner, dict) and data.draw(st.integers(0, 4)) == 0:
            del inner[place[-1]]
        else:
            inner[place[-1]] = data.draw(ODD)
        if not places(answer):
            break
    found = read_json(json.dumps(answer).encode(), "")
    if isinstance(found, JsonText) and found.record is not None:
        record = json.loads(found.record)
        records = record if isinstance(record, list) else [record]
        assert differences([said for said in map(spoken, records) if said], read_texts(found.text)) == []
