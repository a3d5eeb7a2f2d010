"""A game as any API tells it, in the one form that the rest of the pipeline reads (tasks/conversations)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tasks.extract.records.answer import GAME


@dataclass(frozen=True)
class Game:
    """One game between two sides.

    Attributes:
        id: the API's name and its own id of the game: ``espn:401356263``; unique among all sources.
        date: ISO 8601, as the API says it.
        final: whether it is over. Scores and winner are facts only then: APIs say 0-0 before the start.
        half: the score at half-time, where there is one.
        periods: (home, away) points by period.
        more: all else that the API tells of it.
    """

    id: str
    home: str
    away: str
    date: str
    final: bool
    home_score: int | None = None
    away_score: int | None = None
    home_wins: bool | None = None
    home_nickname: str = ""
    away_nickname: str = ""
    sport: str = ""
    league: str = ""
    season: str = ""
    matchday: str = ""
    status: str = ""
    venue: str = ""
    city: str = ""
    referee: str = ""
    attendance: int | None = None
    half: tuple[int, int] | None = None
    periods: tuple[tuple[int, int], ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return the game as a record: only what is known."""
        found: dict[str, Any] = {"type": GAME, "id": self.id, "home": self.home, "away": self.away}
        names = ("date", "sport", "league", "season", "matchday", "status", "venue", "city", "referee")
        found |= {name: getattr(self, name) for name in (*names, "home_nickname", "away_nickname")}
        if self.attendance is not None:
            found["attendance"] = self.attendance
        if self.final:
            found |= self._outcome()
        if self.more:
            found["more"] = self.more
        return {key: value for key, value in found.items() if value != ""}

    def _outcome(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        scores = {"home_score": self.home_score, "away_score": self.away_score}
        found |= {name: score for name, score in scores.items() if score is not None}
        if self.half is not None:
            found["half"] = {"home": self.half[0], "away": self.half[1]}
        if self.periods:
            found["periods"] = [list(scores) for scores in self.periods]
        home_wins = self.home_wins
        if home_wins is None and self.home_score is not None and self.away_score is not None:
            home_wins = None if self.home_score == self.away_score else self.home_score > self.away_score
        if home_wins is not None:
            sides = (self.home, self.away) if home_wins else (self.away, self.home)
            found["winner"], found["loser"] = sides
        return found


def known_id(api: str, id_: str) -> str:
    """Return an API's own id so that no other API has the same; "" where it gave none."""
    return f"{api}:{id_}" if id_ else ""


def event_record(id_: str, name: str, date: str, league: str, more: dict[str, Any]) -> dict[str, Any]:
    """Return an event that is no game between two sides (a tournament, a race, a card of fights)."""
    found = {"type": "event", "id": id_, "name": name, "date": date, "league": league, "more": more}
    return {key: value for key, value in found.items() if value not in ("", {})}
