"""SportsData.io's scores and games of any sport (https://sportsdata.io/developers/api-documentation).

Names of fields differ by sport: scores are ``HomeScore`` (NFL), ``HomeTeamScore`` (NBA, NHL, soccer) or
``HomeTeamRuns`` (MLB). A free trial's scores are scrambled by the provider: nothing in an answer says so.
"""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import JsonText, records_answer
from tasks.extract.records.game import Game, known_id
from tasks.extract.records.part import Part

IDS = ("GameKey", "GameID", "GameId", "ScoreID")
FINAL = frozenset({"Final", "F/OT", "F/SO"})


def is_games(value: object) -> bool:
    """Return whether an answer is a list of games as SportsData.io writes them."""
    rows = value if isinstance(value, list) else [value]
    return bool(rows) and all(
        isinstance(row, dict)
        and any(name in row for name in IDS)
        and (("HomeTeam" in row and "AwayTeam" in row) or ("HomeTeamName" in row and "AwayTeamName" in row))
        for row in rows
    )


def read(value: list[dict[str, Any]] | dict[str, Any]) -> JsonText | str:
    """Return the games of an answer."""
    rows = value if isinstance(value, list) else [value]
    return records_answer([_game(Part(row)).record() for row in rows])


def _game(part: Part) -> Game:
    final = part.says("Status", FINAL)
    scores = {
        side: part.count(f"{side}Score", f"{side}TeamScore", f"{side}TeamRuns") if final else None
        for side in ("Home", "Away")
    }
    id_ = known_id("sportsdata-io", part.label(*IDS))
    return Game(
        id=id_,
        home=part.text("HomeTeamName", "HomeTeam"),
        away=part.text("AwayTeamName", "AwayTeam"),
        date=part.text("DateTime", "Date", "Day"),
        final=final,
        home_score=scores["Home"],
        away_score=scores["Away"],
        season=part.label("Season"),
        matchday=part.label("Week"),
        status=part.text("Status"),
        venue=part.text("StadiumDetails.Name"),
        city=part.text("StadiumDetails.City"),
        attendance=part.positive("Attendance"),
        more=part.rest(),
    )
