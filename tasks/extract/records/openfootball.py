"""openfootball's leagues (https://github.com/openfootball/football.json): a season's matches in one file."""

from __future__ import annotations

import re
from typing import Any

from tasks.extract.records.answer import NO_GAMES, JsonText, records_answer
from tasks.extract.records.game import Game
from tasks.extract.records.part import Part, whole

SEASON = re.compile(r"\s+(\d{4}(?:[/-]\d{2,4})?)$")


def is_league(value: object) -> bool:
    """Return whether an answer is a league's season: a name, and matches or rounds of them."""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    matches = _matches(value)
    return any("team1" in match and "team2" in match for match in matches)


def read(value: dict[str, Any]) -> JsonText | str:
    """Return the matches of a season, whose two teams are known."""
    games = [match_game(match, value["name"]) for match in _matches(value)]
    records = [game.record() for game in games if game.home and game.away]
    return records_answer(records) if records else NO_GAMES


def match_game(match: dict[str, Any], league: str) -> Game:
    """Return one match of a file that is called ``league`` (``English Premier League 2022/23``)."""
    part = Part(match)
    season = SEASON.search(league)
    home, away = part.text("team1.name", "team1"), part.text("team2.name", "team2")
    date = part.text("date")
    scores = _pair(part, "score.et") or _pair(part, "score.ft") or _pair(part, "score")
    old = None if scores else (part.count("score1"), part.count("score2"))
    home_score, away_score = scores or old or (None, None)
    return Game(
        id=f"openfootball/{date}/{home}/{away}" if date else "",
        home=home,
        away=away,
        date=date,
        final=home_score is not None and away_score is not None,
        home_score=home_score,
        away_score=away_score,
        sport="football",
        league=SEASON.sub("", league),
        season=season.group(1) if season else "",
        matchday=part.label("round"),
        half=_pair(part, "score.ht") if home_score is not None else None,
        more=part.rest(),
    )


def _pair(part: Part, path: str) -> tuple[int, int] | None:
    """Take a list of two whole numbers."""
    value = part.at(path)
    if not isinstance(value, list) or len(value) != 2:
        return None
    home, away = whole(value[0]), whole(value[1])
    if home is None or away is None:
        return None
    part.drop(path)
    return home, away


def _matches(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the matches of a file, those of older files with the name of their round."""
    if isinstance(value.get("matches"), list):
        return [match for match in value["matches"] if isinstance(match, dict)]
    rounds = value.get("rounds")
    return [
        {"round": one.get("name"), **match}
        for one in (rounds if isinstance(rounds, list) else [])
        if isinstance(one, dict)
        for match in (one["matches"] if isinstance(one.get("matches"), list) else [])
        if isinstance(match, dict)
    ]
