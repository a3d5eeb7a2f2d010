"""Each API's answer becomes the record that conversations read, and a text that keeps every number."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.conversations.facts import game_of
from tasks.extract.records.answer import JsonText
from tasks.extract.records.read import read_json
from tasks.extract.records.told import SILENT
from tasks.extract.warc_records import Response, read_responses
from tests.tasks.extract.records import examples

SHARED = Path(__file__).parents[5] / "shared"
PAGES = SHARED / "data/web/pages.warc.gz"
OPENFOOTBALL = SHARED / "data/openfootball"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Ids, and what is said again in another form: the date in seconds.
AGAIN = {"timestamp", "GameKey", "idEvent"}

GAMES: dict[str, tuple[Any, dict[str, Any]]] = {
    "espn": (
        examples.espn_game(),
        {"id": "espn:77", "home": "Arden Owls", "away": "Holm Bears", "home_score": 101, "away_score": 98,
         "home_nickname": "Owls", "league": "First League", "attendance": 18231, "city": "Arden",
         "periods": [[31, 20], [70, 78]], "winner": "Arden Owls", "loser": "Holm Bears"},
    ),
    "balldontlie": (
        examples.BALLDONTLIE,
        {"id": "balldontlie:15907925", "home": "Arden Owls", "away": "Holm Bears", "home_score": 101,
         "away_score": 98, "season": "2025", "date": "2026-03-01", "winner": "Arden Owls"},
    ),
    "api-football": (
        examples.API_FOOTBALL,
        {"id": "api-football:239625", "home": "Arden FC", "away": "Holm FC", "home_score": 3, "away_score": 1,
         "half": {"home": 1, "away": 1}, "referee": "B. Cole", "venue": "Arden Park",
         "matchday": "Matchday 14"},
    ),
    "sportsdata-io": (
        examples.SPORTSDATA_IO,
        {"id": "sportsdata-io:202510107", "home": "ARD", "away": "HOL", "home_score": 24, "away_score": 17,
         "venue": "Arden Field", "season": "2025", "matchday": "1"},
    ),
    "sportradar-day": (
        examples.SPORTRADAR_DAY,
        {"id": "sportradar:0a1b", "home": "Arden Owls", "away": "Holm Bears", "home_score": 101,
         "away_score": 98, "league": "First League", "home_nickname": "Owls"},
    ),
    "sportradar-summary": (
        examples.SPORTRADAR_SUMMARY,
        {"id": "sportradar:sr:sport_event:49", "home": "Arden FC", "away": "Holm FC", "home_score": 3,
         "away_score": 1, "matchday": "14", "winner": "Arden FC"},
    ),
    "thesportsdb": (
        examples.THE_SPORTS_DB,
        {"id": "thesportsdb:2052711", "home": "Arden FC", "away": "Holm FC", "home_score": 3, "away_score": 1,
         "attendance": 21345, "season": "2025-2026"},
    ),
    "openfootball": (
        examples.OPENFOOTBALL,
        {"id": "openfootball/2026-03-01/Arden FC/Holm FC", "home": "Arden FC", "home_score": 3,
         "away_score": 1, "league": "First League", "season": "2025/26", "half": {"home": 1, "away": 1}},
    ),
}  # fmt: skip


def read(value: object) -> JsonText | str:
    return read_json(json.dumps(value).encode(), "")


def told(value: object) -> JsonText:
    found = read(value)
    assert isinstance(found, JsonText), found
    return found


def numbers_of(value: object, key: str = "") -> Iterator[float]:
    """Every number of an answer that is no key, address, colour or picture, also inside its texts."""
    if SILENT.match(key) or key in AGAIN:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_of(inner, key)
    elif isinstance(value, str) and not re.match(r"(https?:|//|/|data:)\S*$", value):
        yield from (float(found) for found in NUMBER.findall(value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield abs(float(value))


def missing_numbers(answer: object, text: str) -> set[float]:
    return set(numbers_of(answer)) - {float(found) for found in NUMBER.findall(text)}


@pytest.mark.parametrize("api", list(GAMES))
def test_game_becomes_the_record_that_conversations_read(api: str) -> None:
    answer, expected = GAMES[api]
    found = told(answer)
    record = json.loads(found.record or "")
    assert {name: record.get(name) for name in expected} == expected
    assert found.events == [expected["id"]]
    game = game_of(found.record or "", "d", "football", found.events)
    assert game is not None
    assert {"winner", "loser", "final_score"} <= set(game.facts)


@pytest.mark.parametrize("api", list(GAMES))
def test_game_text_keeps_every_number(api: str) -> None:
    answer, _ = GAMES[api]
    events = (
        answer.get("events") or answer.get("response") or answer.get("data")
        if isinstance(answer, dict)
        else answer
    )
    assert missing_numbers(events or answer.get("matches") or answer.get("games"), told(answer).text) == set()


@pytest.mark.parametrize("api", list(GAMES))
def test_game_with_keys_missing_or_of_another_type_is_still_told(api: str) -> None:
    answer, _ = GAMES[api]
    for path in list(paths_of(answer)):
        for change in (None, ["odd"], {"odd": 17.25}):
            broken = copy.deepcopy(answer)
            place = broken
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = change
            found = read(broken)
            if isinstance(found, JsonText) and isinstance(change, dict) and len(path) > 3:
                assert SILENT.match(str(path[-1])) or path[-1] in AGAIN or "17.25" in found.text, path


def paths_of(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from paths_of(inner, (*path, key))


def test_game_not_over_has_no_score_or_winner_among_its_facts() -> None:
    found = told(examples.espn_game("pre"))
    record = json.loads(found.record or "")
    assert record["status"] == "Scheduled"
    assert not {"home_score", "away_score", "winner", "periods"} & record.keys()
    assert "101" in found.text, "what the API says is told all the same"


def test_event_of_more_than_two_is_told_and_is_no_game() -> None:
    answer = examples.espn_game()
    answer["events"][0]["competitions"] *= 2
    found = told(answer)
    assert json.loads(found.record or "")["type"] == "event"
    assert found.events == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"leagues": [{"name": "First League"}], "events": []}, "no_games"),
        ({"events": None}, "no_games"),
        ({"data": [], "meta": {"per_page": 25}}, "no_games"),
        ({"get": "fixtures", "errors": [], "response": []}, "no_games"),
        ({"get": "fixtures", "errors": {"token": "invalid"}, "response": []}, "api_error"),
        ({"date": "2026-03-01", "league": {"name": "First League"}, "games": []}, "no_games"),
        ({"error": {"code": "missingtitle", "info": "The page does not exist."}}, "api_error"),
        ({"code": 400, "message": "Failed to get events"}, "api_error"),
        ({"kind": "Listing", "data": {"children": [{"kind": "t5", "data": {"title": "r/x"}}]}}, "index_page"),
        (
            {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": {"body": "[removed]"}}]}},
            "removed",
        ),
    ],
)  # fmt: skip
def test_answer_without_anything_to_tell_has_a_named_reason(answer: object, reason: str) -> None:
    assert read(answer) == reason


def test_thread_is_told_in_order_without_what_was_removed() -> None:
    found = told(examples.reddit_thread())
    assert found.text == "ada: Arden 3-1 Holm\n\nben: 3-1 and deserved."
    assert found.kind == "discussion"
    assert found.published_at.startswith("2026-03-01")


def test_news_are_told_as_headline_and_description() -> None:
    found = told(examples.ESPN_NEWS)
    assert found.kind == "news"
    assert "headline: Owls hold on" in found.text
    assert "description: Arden won 101-98." in found.text
    assert found.published_at == "2026-03-02T08:00:00Z"


def test_parsed_article_keeps_tables_and_leaves_out_references_and_edit_links() -> None:
    found = told(examples.MEDIAWIKI)
    assert found.text.split("\n\n") == [
        "Arden FC", "Arden FC won the cup in 1988 & 2004.", "Honours", "Year | Goals\n1988 | 71",
    ]  # fmt: skip
    old = copy.deepcopy(examples.MEDIAWIKI)
    old["parse"]["text"] = {"*": old["parse"]["text"]}
    assert told(old).text == found.text


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["events", "data", "kind", "response", "get", "games", "home", "sport_event",
                             "parse",
                             "text", "articles", "headline", "competitions", "name", "matches", "team1",
                             "team2",
                             "scheduled", "error", "code", "HomeTeam", "AwayTeam", "GameID"]),
            inner, max_size=5),
        max_leaves=25,
    )
)  # fmt: skip
def test_any_json_gives_text_or_a_reason_and_never_an_error(value: object) -> None:
    found = read(value)
    assert found if isinstance(found, str) else found.kind


@pytest.mark.shared_data
@pytest.mark.skipif(not PAGES.exists(), reason="no ../shared/data beside the checkout")
def test_recorded_answers_keep_every_number_of_their_events_and_posts() -> None:
    boards = threads = 0
    for item in read_responses(PAGES, 5_000_000):
        if not isinstance(item, Response) or not item.content_type.endswith("json"):
            continue
        found, answer = read_json(item.body, ""), json.loads(item.body)
        if isinstance(answer, dict) and answer.get("events"):
            boards += 1
            assert isinstance(found, JsonText)
            assert missing_numbers(answer["events"], found.text) == set(), item.url
            records = json.loads(found.record or "")
            for record in records if isinstance(records, list) else [records]:
                over = record.get("status") in {"Final", "Full Time"}
                assert over or "home_score" not in record or record["status"].startswith("Final"), record
        elif isinstance(found, JsonText) and found.kind == "discussion":
            threads += 1
            assert "[removed]" not in found.text.split("\n")
    assert boards >= 4
    assert threads >= 10


@pytest.mark.shared_data
@pytest.mark.skipif(not OPENFOOTBALL.exists(), reason="no ../shared/data beside the checkout")
def test_recorded_seasons_keep_every_match_and_number() -> None:
    for path in sorted(OPENFOOTBALL.rglob("*.json")):
        answer = json.loads(path.read_bytes())
        found = told(answer)
        assert len(found.events) == len(answer["matches"]), path
        assert missing_numbers(answer["matches"], found.text) == set(), path
