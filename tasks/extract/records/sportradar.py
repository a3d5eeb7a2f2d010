"""Sportradar's schedules and summaries (https://developer.sportradar.com/), in their two forms.

The North American APIs (NBA v8, NHL v7, MLB v8, NFL v7) tell of games with ``home`` and ``away``; the general
ones (soccer v4, tennis v3, …) of a ``sport_event`` with ``competitors`` and its ``sport_event_status``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.extract.records.answer import NO_GAMES, JsonText, records_answer
from tasks.extract.records.game import Game, event_record, known_id
from tasks.extract.records.part import Part

FINAL = frozenset({"closed", "complete", "ended"})
LISTS = ("summaries", "schedules")


def is_games(value: object) -> bool:
    """Return whether an answer is a schedule or a summary in either form."""
    if not isinstance(value, dict):
        return False
    if "sport_event" in value or ("generated_at" in value and any(name in value for name in LISTS)):
        return True
    games = list(_games(value))
    if games:
        return True
    # A day without games: the league, the date and an empty list.
    return value.get("games") == [] and isinstance(value.get("league"), dict)


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the games of a schedule, or the one of a summary."""
    rows = [value] if "sport_event" in value else []
    for name in LISTS:
        listed = value.get(name)
        rows += (
            [r for r in listed if isinstance(r, dict) and "sport_event" in r]
            if isinstance(listed, list)
            else []
        )
    records = [_sport_event(Part(row)) for row in rows]
    league = Part(value).text("league.name")
    records += [_game(Part(row), league).record() for row in _games(value)]
    return records_answer(records) if records else NO_GAMES


def _games(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield games of the first form: the answer itself, or those it lists, by week or not."""
    if _is_game(value):
        yield value
        return
    weeks = value.get("weeks") if isinstance(value.get("weeks"), list) else []
    for place in (value, value.get("week"), value.get("league"), *(weeks or [])):
        games = place.get("games") if isinstance(place, dict) else None
        yield from (game for game in games if _is_game(game)) if isinstance(games, list) else ()


def _is_game(value: object) -> bool:
    return (
        isinstance(value, dict)
        and "scheduled" in value
        and all(isinstance(value.get(side), dict) and value[side].get("name") for side in ("home", "away"))
    )


def _game(part: Part, league: str) -> Game:
    final = part.says("status", FINAL)
    scores = {
        side: part.count(f"{side}_points", f"scoring.{side}_points", f"{side}.points", f"{side}.runs")
        if final
        else None
        for side in ("home", "away")
    }
    nicknames = {side: part.text(f"{side}.name") for side in ("home", "away")}
    markets = {side: part.text(f"{side}.market") for side in ("home", "away")}
    names = {side: f"{markets[side]} {nicknames[side]}".strip() for side in nicknames}
    return Game(
        id=known_id("sportradar", part.label("id")),
        home=names["home"],
        away=names["away"],
        date=part.text("scheduled"),
        final=final,
        home_score=scores["home"],
        away_score=scores["away"],
        home_nickname=nicknames["home"] if markets["home"] else "",
        away_nickname=nicknames["away"] if markets["away"] else "",
        league=league,
        status=part.text("status"),
        venue=part.text("venue.name"),
        city=part.text("venue.city"),
        attendance=part.positive("attendance"),
        more=part.rest(),
    )


def _sport_event(part: Part) -> dict[str, Any]:
    """Return an event of the second form: a game where one competitor is at home and one away."""
    event, status = "sport_event", "sport_event_status"
    competitors = part.at(f"{event}.competitors")
    listed = competitors if isinstance(competitors, list) else []
    places = {
        str(row.get("qualifier")): f"{event}.competitors.{number}"
        for number, row in enumerate(listed)
        if isinstance(row, dict) and row.get("name")
    }
    context = f"{event}.sport_event_context"
    id_ = known_id("sportradar", part.label(f"{event}.id"))
    date = part.text(f"{event}.start_time")
    league = part.text(f"{context}.competition.name")
    if len(listed) != 2 or not {"home", "away"} <= places.keys():
        return event_record(id_, "", date, league, part.rest())
    final = part.says(f"{status}.status", FINAL)
    return Game(
        id=id_,
        home=part.text(f"{places['home']}.name"),
        away=part.text(f"{places['away']}.name"),
        date=date,
        final=final,
        home_score=part.count(f"{status}.home_score") if final else None,
        away_score=part.count(f"{status}.away_score") if final else None,
        league=league,
        season=part.text(f"{context}.season.name"),
        matchday=part.label(f"{context}.round.number"),
        status=part.text(f"{status}.status"),
        venue=part.text(f"{event}.venue.name"),
        city=part.text(f"{event}.venue.city_name"),
        attendance=part.positive("sport_event_conditions.attendance.count"),
        more=part.rest(),
    ).record()
