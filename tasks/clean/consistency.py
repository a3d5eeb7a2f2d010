"""Factual consistency in [0, 1]: whether a text's numbers agree with the record it belongs to.

Checked are the claims that a record can settle, found by patterns and nothing cleverer: a pair of scores
("beat them 113-107"), what a side or player did ("Thomas scored 38 points"), and the attendance. A claim
agrees if the record holds its number for what the sentence names. What the record says nothing of is no
claim. After Thomson and Reiter (2020), who counted such errors in basketball recaps by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+|\n+")
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
_NUMBER = rf"(\d{{1,3}}|{'|'.join(NUMBER_WORDS)})"
# What a claim counts, as texts say it, and the keys that records have for it, in small letters without signs.
COUNTED = {
    "points": {"points", "pts", "topscorerpoints"},
    "rebounds": {"rebounds", "reb", "trb", "totalrebounds"},
    "boards": {"rebounds", "reb", "trb", "totalrebounds"},
    "assists": {"assists", "ast"},
    "steals": {"steals", "stl"},
    "blocks": {"blocks", "blk"},
    "turnovers": {"turnovers", "to", "tov"},
    "minutes": {"minutes", "min", "mp"},
    "goals": {"goals", "goal"},
    "saves": {"saves"},
    "shots": {"shots"},
    "hits": {"hits", "h"},
    "runs": {"runs", "r"},
    "strikeouts": {"strikeouts", "so", "k"},
    "touchdowns": {"touchdowns", "td", "tds"},
    "yards": {"yards", "yds"},
    "aces": {"aces"},
    "wickets": {"wickets"},
}
COUNT_CLAIM = re.compile(rf"\b{_NUMBER} (?:\w+ )?({'|'.join(COUNTED)})\b", re.IGNORECASE)
PAIR_CLAIM = re.compile(r"(?<![\w.-])\(?\s?(\d{1,3}) ?[-\u2013] ?(\d{1,3})(?![\w-]|\.\d)")
# A pair is the result only near a word that says so; else it may be a run, a lead or a season's record.
RESULT = re.compile(
    r"\b(?:beat|beats|defeat\w*|win|wins|won|lost|loss|victory|rout\w*|edged|downed|topp?ed|final|finished"
    r"|drew|draw"
    r"|outscored?|prevailed|triumph\w*|fell to|overcame|thrash\w*|down(?:ed)?)\b",
    re.IGNORECASE,
)
NOT_RESULT = re.compile(
    r"^\s?(?:run|spurt|lead|advantage|on the|at home|overall|record|series|mark|start|season|in (?:the"
    r"|their) last|from|shooting|burst|\))",
    re.IGNORECASE,
)
# A count near one of these is of something else than the game: a lead, a quarter, several players, a season.
NOT_WHOLE_BEFORE = re.compile(
    r"\b(?:led by|lead|leads|deficit|combin\w+|bench|more than|at least|fewer than|less than|over|under"
    r"|trail\w*"
    r"|averag\w+|by as many as|to within|cut\w*|swing|the other|another|next|last|previous|first|added just"
    r"|none|no)\b"
    r"[^,;]{0,40}$",
    re.IGNORECASE,
)
NOT_WHOLE_AFTER = re.compile(
    r"^[^,;.]{0,30}\b(?:quarters?|half|period|overtime|per game|a game|this season|last|streak|apart|lead"
    r"|deficit"
    r"|inning|career|leading|straight)\b",
    re.IGNORECASE,
)
CROWD = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{4,6}) (?:fans|spectators|people|supporters)|(?:crowd|attendance) of "
    r"(\d{1,3}(?:,\d{3})+|\d{4,6})",
    re.IGNORECASE,
)
NAME_KEYS = {"name", "playername", "player", "teamname", "team", "fullname", "athlete", "topscorer"}
# Longer records hold a season, longer texts a book, and longer sentences none: no more is looked at.
FULLEST_RECORD_CHARS = 2_000_000
MOST_NAMES = 400
MOST_CHARS = 40_000
MOST_SENTENCE_CHARS = 1_000
# Fewer claims than this say little: the score starts from one claim that agrees.
PRIOR_CLAIMS = 1


@dataclass
class Facts:
    """What a record says: numbers by thing counted for each name, pairs of scores, the attendance."""

    counts: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    pairs: set[tuple[int, int]] = field(default_factory=set)
    attendance: set[int] = field(default_factory=set)


def consistency(text: str, record: str) -> float | None:
    """Return the share of checkable claims that agree with the record, or None if there is none of either.

    One agreeing claim is added to both sides, so that a single slip in a short text does not give 0.
    """
    facts = read_facts(record)
    claims = list(check_claims(text, facts)) if facts else []
    if not claims:
        return None
    return (sum(claims) + PRIOR_CLAIMS) / (len(claims) + PRIOR_CLAIMS)


def read_facts(record: str) -> Facts | None:
    """Return what a canonical JSON record says, or None where it cannot be read."""
    if len(record) > FULLEST_RECORD_CHARS:
        return None
    try:
        value = json.loads(record)
    except (ValueError, RecursionError):
        return None
    facts = Facts()
    _collect(value, facts)
    return facts if facts.counts or facts.pairs or facts.attendance else None


def check_claims(text: str, facts: Facts) -> Iterator[bool]:
    """Yield for every claim that the facts can settle whether it agrees."""
    names = [(name, re.compile(rf"\b{re.escape(name)}\b")) for name in list(facts.counts)[:MOST_NAMES]]
    for whole in SENTENCE_BREAK.split(text[:MOST_CHARS]):
        sentence = whole[:MOST_SENTENCE_CHARS]
        if not any(map(str.isdigit, sentence)) and not COUNT_CLAIM.search(sentence):
            continue
        yield from _pair_claims(sentence, facts)
        yield from _count_claims(sentence, facts, names)
        for found in CROWD.finditer(sentence):
            if facts.attendance:
                yield int((found.group(1) or found.group(2)).replace(",", "")) in facts.attendance


def _pair_claims(sentence: str, facts: Facts) -> Iterator[bool]:
    for found in PAIR_CLAIM.finditer(sentence):
        one, two = int(found.group(1)), int(found.group(2))
        known = (one, two) in facts.pairs or (two, one) in facts.pairs
        if known:
            yield True
        elif facts.pairs and not NOT_RESULT.match(sentence[found.end() :]):
            near = sentence[max(0, found.start() - 60) : found.end() + 30]
            bracketed = sentence[: found.start() + 1].rstrip().endswith("(")
            if RESULT.search(near) and not bracketed:
                yield False


def _count_claims(sentence: str, facts: Facts, names: list[tuple[str, re.Pattern[str]]]) -> Iterator[bool]:
    claims = [(found, found.group(2).lower()) for found in COUNT_CLAIM.finditer(sentence)]
    if not claims:
        return
    named = [(place.start(), name) for name, known in names for place in known.finditer(sentence)]
    for found, counted in claims:
        if NOT_WHOLE_BEFORE.search(sentence[: found.start()]) or NOT_WHOLE_AFTER.match(
            sentence[found.end() :]
        ):
            continue
        number = found.group(1).lower()
        value = NUMBER_WORDS[number] if number in NUMBER_WORDS else int(number)
        held = [
            (place, facts.counts[name][key])
            for place, name in named
            for key in COUNTED[counted]
            if key in facts.counts[name]
        ]
        if held:
            # The name before the number owns it; without one, any name in the sentence may.
            before = [numbers for place, numbers in held if place < found.start()]
            yield value in set().union(*(before or [numbers for _, numbers in held]))


def _collect(value: Any, facts: Facts) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, facts)
    if not isinstance(value, dict):
        return
    keys = {_plain(key): key for key in value}
    numbers = {plain: number for plain, key in keys.items() if (number := _whole(value[key])) is not None}
    for plain in NAME_KEYS & keys.keys():
        if isinstance(value[keys[plain]], str):
            _add(facts, value[keys[plain]], numbers)
    _collect_game(value, keys, numbers, facts)
    for item in value.values():
        _collect(item, facts)


def _collect_game(value: dict[str, Any], keys: dict[str, str], numbers: dict[str, int], facts: Facts) -> None:
    for side in ("home", "away"):
        for name in (side, f"{side}nickname", f"{side}name", f"{side}city"):
            if name in keys and isinstance(value[keys[name]], str) and f"{side}score" in numbers:
                _add(
                    facts,
                    value[keys[name]],
                    {"points": numbers[f"{side}score"], "goals": numbers[f"{side}score"]},
                )
    if {"homescore", "awayscore"} <= numbers.keys():
        facts.pairs.add((numbers["homescore"], numbers["awayscore"]))
    if "attendance" in numbers:
        facts.attendance.add(numbers["attendance"])
    total = (0, 0)
    for period in value.get("periods") or value.get("score_by_period") or []:
        if isinstance(period, dict):
            period = [period.get("home"), period.get("away")]
        if isinstance(period, list) and len(period) == 2 and all(isinstance(part, int) for part in period):
            total = (total[0] + period[0], total[1] + period[1])
            facts.pairs |= {(period[0], period[1]), total}
    for name in ("half_time", "half", "halftime"):
        pair = value.get(name)
        if isinstance(pair, dict):
            pair = [pair.get("home"), pair.get("away")]
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, int) for part in pair):
            facts.pairs.add((pair[0], pair[1]))
    for made, tried in (("fgm", "fga"), ("fg3m", "fg3a"), ("ftm", "fta"), ("wins", "losses")):
        if {made, tried} <= numbers.keys():
            facts.pairs.add((numbers[made], numbers[tried]))


def _add(facts: Facts, name: str, numbers: dict[str, int]) -> None:
    """Add a name's numbers, under its last word too: texts call people and clubs by it."""
    for known in {name.strip(), name.strip().split(" ")[-1]} - {"", "Jr.", "II", "III", "FC"}:
        for key, number in numbers.items():
            facts.counts.setdefault(known, {}).setdefault(key, set()).add(number)


def _plain(key: object) -> str:
    return re.sub(r"[^a-z0-9]", "", str(key).lower())


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 7
        else None
    )
