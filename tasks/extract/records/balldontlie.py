"""balldontlie's games (https://docs.balldontlie.io/, GET /v1/games and /v1/games/ID)."""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import NO_GAMES, JsonText, records_answer
from tasks.extract.records.game import Game, known_id
from tasks.extract.records.part import Part

SIDES = ("home_team", "visitor_team")


def is_games(value: object) -> bool:
    """Return whether an answer holds games between a home and a visiting team, or none of a day."""
    if not isinstance(value, dict) or "data" not in value:
        return False
    rows = _rows(value)
    meta = value.get("meta")
    empty = value["data"] == [] and isinstance(meta, dict) and "per_page" in meta
    return empty or (bool(rows) and all(isinstance(rows[0].get(side), dict) for side in SIDES))


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the games of an answer."""
    records = [_game(Part(row)).record() for row in _rows(value)]
    return records_answer(records) if records else NO_GAMES


def _rows(value: dict[str, Any]) -> list[dict[str, Any]]:
    data = value["data"]
    rows = data if isinstance(data, list) else [data]
    return [row for row in rows if isinstance(row, dict)]


def _game(part: Part) -> Game:
    final = part.at("status") == "Final"
    return Game(
        id=known_id("balldontlie", part.label("id")),
        home=part.text("home_team.full_name", "home_team.name"),
        away=part.text("visitor_team.full_name", "visitor_team.name"),
        date=part.text("date"),
        final=final,
        home_score=part.count("home_team_score") if final else None,
        away_score=part.count("visitor_team_score") if final else None,
        home_nickname=part.text("home_team.name"),
        away_nickname=part.text("visitor_team.name"),
        season=part.label("season"),
        status=part.text("status"),
        more=part.rest(),
    )
