"""The facts of games, as structured records tell them, and how a page may spell each one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeGuard

from tasks.mix.chain import SnapshotFiles
from tasks.schema import DOCUMENTS, read_parquet

# Dashes that pages put between the two numbers of a score.
DASHES = ("-", "–")


@dataclass(frozen=True)
class Fact:
    """One thing that is known about a game.

    Attributes:
        kind: what is asked: ``winner``, ``venue``, …
        forms: the spellings a page may use; the first is the one given without a page.
        rivals: the forms, in the same order, of what a careless reader would answer from the same game.
    """

    kind: str
    forms: tuple[str, ...]
    rivals: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Game:
    """One game's record, with its facts by kind."""

    event: str
    sport: str
    home: str
    away: str
    date: str
    document_id: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def slots(self) -> dict[str, str]:
        """Return what a question needs to say which game it is about."""
        return {"home": self.home, "away": self.away, "date": spelled_date(self.date)}


def read_games(chain: Sequence[SnapshotFiles]) -> dict[str, Game]:
    """Return the games of a chain's records by event, in event order; a record's newest revision counts."""
    games: dict[str, Game] = {}
    for part in chain:
        rows = [
            row
            for path in part.documents
            for row in read_parquet(
                path, DOCUMENTS, ["id", "ordinal", "sport", "events", "record"]
            ).to_pylist()
            if row["record"]
        ]
        for row in sorted(rows, key=lambda row: (row["ordinal"], row["id"])):
            game = game_of(row["record"], row["id"], row["sport"], row["events"] or [])
            if game is not None:
                games[game.event] = game
    return dict(sorted(games.items()))


def game_of(record: str, document_id: str, sport: str | None, events: Sequence[str]) -> Game | None:
    """Return the game that a record describes, or None where it is about something else.

    The event is the one that extraction read off the record; a record of several events is no single game's.
    """
    try:
        values = json.loads(record)
    except json.JSONDecodeError:
        return None
    if not isinstance(values, dict) or values.get("type") != "game":
        return None
    home, away, played = values.get("home"), values.get("away"), values.get("date")
    event = events[0] if len(events) == 1 else values.get("id")
    if not all(isinstance(value, str) and value for value in (home, away, played, event)):
        return None
    facts = {fact.kind: fact for fact in _facts(values)}
    return Game(str(event), sport or "other", str(home), str(away), str(played), document_id, facts)


def _facts(values: Mapping[str, Any]) -> Iterable[Fact]:
    home, away = _names(values, "home"), _names(values, "away")
    yield Fact("home_team", home, (away,))
    yield Fact("away_team", away, (home,))
    if values.get("winner") in (home[0], away[0]):
        winner, loser = (home, away) if values["winner"] == home[0] else (away, home)
        yield Fact("winner", winner, (loser,))
        yield Fact("loser", loser, (winner,))
    if values.get("top_scorer_team") in (home[0], away[0]):
        team, other = (home, away) if values["top_scorer_team"] == home[0] else (away, home)
        yield Fact("top_scorer_team", team, (other,))
    yield from _scores(values)
    for kinds in (("top_scorer", "home_coach", "away_coach", "referee"), ("venue", "city")):
        texts = {kind: (values[kind],) for kind in kinds if _is_text(values.get(kind))}
        for kind, forms in texts.items():
            yield Fact(kind, forms, tuple(dict.fromkeys(other for other in texts.values() if other != forms)))
    for kind in ("attendance", "top_scorer_points"):
        if _is_count(values.get(kind)):
            yield Fact(kind, number_forms(values[kind]))
    if _is_text(values.get("league")):
        yield Fact("league", (values["league"],))


def _scores(values: Mapping[str, Any]) -> Iterable[Fact]:
    home, away = values.get("home_score"), values.get("away_score")
    if not (_is_count(home) and _is_count(away)):
        return
    forms = score_forms(home, away)
    half = values.get("half")
    rivals: tuple[tuple[str, ...], ...] = ()
    if isinstance(half, dict) and _is_count(half.get("home")) and _is_count(half.get("away")):
        rivals = (score_forms(half["home"], half["away"]),)
    yield Fact("final_score", forms, tuple(rival for rival in rivals if rival != forms))


def _names(values: Mapping[str, Any], side: str) -> tuple[str, ...]:
    """Return a team's full name and, where the record has one, the short name pages use."""
    nickname = values.get(f"{side}_nickname")
    names = (str(values[side]), nickname if _is_text(nickname) else str(values[side]))
    return tuple(dict.fromkeys(names))


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number_forms(number: int) -> tuple[str, ...]:
    """Return the ways a page writes a whole number: 41,235 and 41235."""
    return tuple(dict.fromkeys((f"{number:,}", str(number))))


def score_forms(home: int, away: int) -> tuple[str, ...]:
    """Return the ways a page writes a score: the higher number first, as reports do, or the home side's."""
    orders = dict.fromkeys(((max(home, away), min(home, away)), (home, away), (away, home)))
    return tuple(f"{first}{dash}{second}" for first, second in orders for dash in DASHES)


def spelled_date(iso: str) -> str:
    """Return a date as prose writes it, ``12 May 2026``; what is no ISO date comes back unchanged."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{day.day} {day:%B} {day.year}"


def form_in(fact: Fact, passage: str) -> int | None:
    """Return which of a fact's forms stands in a passage (the first that does), or None."""
    for position, form in enumerate(fact.forms):
        if stands_in(form, passage):
            return position
    return None


def stands_in(form: str, passage: str) -> bool:
    """Say whether a name or number stands in a passage, not as a part of a longer word, number or score."""
    return bool(_pattern(form).search(passage))


def _pattern(form: str) -> re.Pattern[str]:
    before = r"(?<![\w])(?<!\d[-–:.,])" if form[:1].isdigit() else r"(?<!\w)"
    after = r"(?!\w)(?![-–:.,]\d)" if form[-1:].isdigit() else r"(?!\w)"
    return re.compile(before + re.escape(form) + after)


def answers_by_kind(games: Iterable[Game]) -> dict[str, list[tuple[str, ...]]]:
    """Return the forms of every game's answer by kind, as often as it occurs: the real distribution."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for game in games:
        for kind, fact in game.facts.items():
            found.setdefault(kind, []).append(fact.forms)
    return found


def wrong_answers(
    fact: Fact,
    form: int,
    passage: str | None,
    others: Sequence[tuple[str, ...]],
    random_: random.Random,
    count: int,
) -> list[str]:
    """Return up to ``count`` different wrong answers: the game's rivals in the passage, then real ones.

    Args:
        fact: what was asked.
        form: which of its forms is the right answer; wrong ones are spelled the same way.
        passage: where rivals must stand to be tempting; None where there is no passage.
        others: the real distribution of answers to this kind of question.
        random_: decides which of ``others``, each drawn as often as it really occurs.
        count: how many.
    """
    right = set(fact.forms)
    rivals = [_form(rival, form) for rival in fact.rivals]
    wrong = [
        rival
        for rival in dict.fromkeys(rivals)
        if rival not in right and (passage is None or stands_in(rival, passage))
    ]
    pool = [_form(other, form) for other in others if not right.intersection(other)]
    while len(wrong) < count and (pool := [answer for answer in pool if answer not in wrong]):
        wrong.append(random_.choice(pool))
    return wrong[:count]


def _form(forms: Sequence[str], position: int) -> str:
    return forms[min(position, len(forms) - 1)]
