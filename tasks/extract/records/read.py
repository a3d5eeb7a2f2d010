"""An API's answer to text and records, by the API that it looks like; unknown ones are read as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tasks.extract.records import (
    api_football,
    balldontlie,
    espn,
    generic,
    mediawiki,
    nba_box_score,
    nfl_gamecenter,
    openfootball,
    reddit,
    sportradar,
    sportsdata_io,
    the_sports_db,
)
from tasks.extract.records.answer import API_ERROR, NOT_JSON, JsonText

# A Reddit thread nests four levels a reply; deeper than this is an attack.
MAX_DEPTH = 200

Reader = Callable[[Any], JsonText | str]
# By shape and not by address: an import or a recording may have another one. The first that fits reads.
READERS: tuple[tuple[Callable[[object], bool], Reader], ...] = (
    (reddit.is_listing, reddit.read),
    (the_sports_db.is_events, the_sports_db.read),
    (espn.is_scoreboard, espn.read_scoreboard),
    (espn.is_news, espn.read_news),
    (espn.is_error, lambda value: API_ERROR),
    (api_football.is_fixtures, api_football.read),
    (balldontlie.is_games, balldontlie.read),
    (sportradar.is_games, sportradar.read),
    (sportsdata_io.is_games, sportsdata_io.read),
    (mediawiki.is_parse, mediawiki.read),
    (openfootball.is_league, openfootball.read),
    (nfl_gamecenter.is_game, nfl_gamecenter.read),
    (nba_box_score.is_game, nba_box_score.read),
)


def read_json(body: bytes, charset: str) -> JsonText | str:
    """Return an answer as text, or the named reason why there is none (tasks/extract/records/answer.py)."""
    try:
        value = json.loads(body.decode(charset or "utf-8-sig", "strict"), parse_constant=lambda _: None)
    except (ValueError, RecursionError, LookupError):
        return NOT_JSON
    if _depth_exceeds(value, MAX_DEPTH):
        return NOT_JSON
    return (reader_of(value) or generic.read)(value)


def read_known(value: object) -> JsonText | str | None:
    """Return an answer of an API that is known as ``read_json`` does, or None where none looks like it."""
    read = None if _depth_exceeds(value, MAX_DEPTH) else reader_of(value)
    return read(value) if read else None


def reader_of(value: object) -> Reader | None:
    """Return what reads answers of a value's API, or None where no API that is known looks like it."""
    return next((read for fits, read in READERS if fits(value)), None)


def _depth_exceeds(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return True
