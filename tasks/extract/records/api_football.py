"""API-Football's fixtures (https://www.api-football.com/documentation-v3, GET /fixtures)."""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import API_ERROR, NO_GAMES, JsonText, records_answer
from tasks.extract.records.game import Game, known_id
from tasks.extract.records.part import Part

# Over after 90 minutes, extra time or penalties. Games that were awarded (AWD, WO) have no score of play.
FINAL = frozenset({"FT", "AET", "PEN"})


def is_fixtures(value: object) -> bool:
    """Return whether an answer is one of API-Football's to a question for fixtures."""
    return (
        isinstance(value, dict)
        and str(value.get("get", "")).strip("/") == "fixtures"
        and isinstance(value.get("response"), list)
    )


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the fixtures of an answer; its errors come with status 200."""
    if value.get("errors"):
        return API_ERROR
    rows = [row for row in value["response"] if isinstance(row, dict)]
    records = [_game(Part(row)).record() for row in rows]
    return records_answer(records) if records else NO_GAMES


def _game(part: Part) -> Game:
    final = part.says("fixture.status.short", FINAL)
    half = [part.at(f"score.halftime.{side}") for side in ("home", "away")]
    has_half = final and all(isinstance(goals, int) for goals in half)
    wins = part.at("teams.home.winner")
    if has_half:
        part.drop("score.halftime")
    part.drop("fixture.timestamp")  # the date again, in seconds
    return Game(
        id=known_id("api-football", part.label("fixture.id")),
        home=part.text("teams.home.name"),
        away=part.text("teams.away.name"),
        date=part.text("fixture.date"),
        final=final,
        home_score=part.count("goals.home") if final else None,
        away_score=part.count("goals.away") if final else None,
        home_wins=wins if isinstance(wins, bool) else None,
        sport="football",
        league=part.text("league.name"),
        season=part.label("league.season"),
        matchday=part.text("league.round"),
        status=part.text("fixture.status.long"),
        venue=part.text("fixture.venue.name"),
        city=part.text("fixture.venue.city"),
        referee=part.text("fixture.referee"),
        half=(half[0], half[1]) if has_half else None,
        more=part.rest(),
    )
