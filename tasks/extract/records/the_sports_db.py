"""TheSportsDB's events (https://www.thesportsdb.com/documentation); its numbers come as texts."""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import NO_GAMES, JsonText, records_answer
from tasks.extract.records.game import Game, event_record, known_id
from tasks.extract.records.part import Part

LISTS = ("events", "event", "results")
FINAL = frozenset({"FT", "AET", "AOT", "AP", "PEN", "Match Finished"})


def is_events(value: object) -> bool:
    """Return whether an answer lists events as TheSportsDB writes them; a day without any is null."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    name, rows = next(iter(value.items()))
    if name not in LISTS:
        return False
    return rows is None or (
        isinstance(rows, list) and any("idEvent" in r for r in rows if isinstance(r, dict))
    )


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the events of an answer."""
    rows = next(iter(value.values())) or []
    records = [_event(Part(row)) for row in rows if isinstance(row, dict)]
    return records_answer(records) if records else NO_GAMES


def _event(part: Part) -> dict[str, Any]:
    id_ = known_id("thesportsdb", part.label("idEvent"))
    league, date = part.text("strLeague"), part.text("strTimestamp", "dateEvent")
    home, away = part.text("strHomeTeam"), part.text("strAwayTeam")
    if not (home and away):
        return event_record(id_, part.text("strEvent") or home or away, date, league, part.rest())
    final = part.says("strStatus", FINAL)
    return Game(
        id=id_,
        home=home,
        away=away,
        date=date,
        final=final,
        home_score=part.count("intHomeScore") if final else None,
        away_score=part.count("intAwayScore") if final else None,
        league=league,
        season=part.label("strSeason"),
        matchday=part.label("intRound"),
        status=part.text("strStatus"),
        venue=part.text("strVenue"),
        city=part.text("strCity"),
        attendance=part.positive("intSpectators"),
        more=part.rest(),
    ).record()
