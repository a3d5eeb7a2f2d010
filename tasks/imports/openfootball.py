"""openfootball's JSON (football.json): one file a league and season, one record a match.

What a match says is read as in an API's answer (tasks/extract/records/openfootball.py); here a file is taken
apart, so that each match is a document of its own.
"""

from __future__ import annotations

from typing import Any

from tasks.extract.records.answer import records_answer
from tasks.extract.records.openfootball import match_game
from tasks.imports.document import OWN_RECORD
from tasks.imports.place import Record


def match_record(match: object, league: str) -> Record | str:
    """Return one match as a record of an import, or why it is none: not_an_object, no_teams, no_date."""
    if not isinstance(match, dict):
        return "not_an_object"
    game = match_game(match, league)
    if not game.home or not game.away:
        return "no_teams"
    if not game.date:
        return "no_date"
    told = records_answer([game.record()])
    return {
        "id": game.id,
        "title": told.title,
        "date": game.date,
        "kind": told.kind,
        "sport": game.sport,
        "language": "en",
        "events": told.events,
        "text": told.text,
        OWN_RECORD: told.record,
    }


def matches_of(value: object) -> list[Any] | None:
    """Return the matches of a file, older ones with the name of their round; None if it has none."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("matches"), list):
        matches: list[Any] = value["matches"]
        return matches
    rounds = value.get("rounds")
    if not isinstance(rounds, list) or not all(isinstance(one, dict) for one in rounds):
        return None
    return [
        {"round": one.get("name"), **match} if isinstance(match, dict) else match
        for one in rounds
        for match in (one["matches"] if isinstance(one.get("matches"), list) else [])
    ]
