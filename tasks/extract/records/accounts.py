"""What of an API's answer its text does not tell: each value is told, or declared here with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tasks.extract.records import espn, nba_box_score, nfl_gamecenter, openfootball
from tasks.extract.records.told import SILENT, says_something, spelled

Path = tuple[str | int, ...]

# By API, then by the key, at any depth, that is left out with all below it. ``told.SILENT`` (ids, addresses,
# pictures, colours) and empty values are left out for every API.
NOT_TOLD: dict[str, dict[str, str]] = {
    "espn": {
        "leagues": "the calendar of the whole season, the same on each scoreboard; the league's name is told",
        "shortName": "the name again, in abbreviations",
        "homeAway": "told by the places home and away",
        "images": "sizes and addresses of pictures",
    },
    "nfl": {
        "nextupdate": "seconds until the feed is to be read again",
        "crntdrv": "the number of the last drive, which is told",
    },
    "nba": {
        "day": "the date in another form",
        "cleaned_text": "the recap again",
        "summary": "the recap's words again",
    },
    "openfootball": {},
    "generic": {},
}


@dataclass(frozen=True)
class Leaf:
    """One plain value of an answer."""

    path: Path
    value: Any


def api_of(answer: object) -> str:
    """Return which of the declared APIs an answer is of."""
    if espn.is_scoreboard(answer):
        return "espn"
    if nfl_gamecenter.is_game(answer):
        return "nfl"
    if nba_box_score.is_game(answer):
        return "nba"
    return "openfootball" if openfootball.is_league(answer) else "generic"


def unaccounted(answer: Any, told: list[dict[str, Any]]) -> list[Leaf]:
    """Return the plain values of an answer that are neither told nor declared, as often as they lack.

    Args:
        told: what its text says, as ``read_back.read_texts`` gives it.
    """
    api = api_of(answer)
    said = Counter(_number(value) for leaf in _leaves(told, ()) for value in _unfolded(leaf))
    lost = []
    for leaf in WITHOUT_REPEATS.get(api, _leaves_of)(answer):
        if any(isinstance(key, str) and (SILENT.match(key) or key in NOT_TOLD[api]) for key in leaf.path):
            continue
        if isinstance(leaf.value, str | int | float) and says_something(leaf.value):
            value = _number(leaf.value)
            said[value] -= 1
            if value and said[value] < 0:
                lost.append(leaf)
    return lost


def num_numbers(answer: Any) -> int:
    """Return how many plain values of an answer are numbers, as such or in digits, declared ones left out."""
    api = api_of(answer)
    return sum(
        _is_number(leaf.value)
        for leaf in WITHOUT_REPEATS.get(api, _leaves_of)(answer)
        if not any(isinstance(key, str) and (SILENT.match(key) or key in NOT_TOLD[api]) for key in leaf.path)
    )


def _leaves_of(answer: Any) -> Iterator[Leaf]:
    return _leaves(answer, ())


def _leaves(value: Any, path: Path) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*path, number))
    else:
        yield Leaf(path, value)


def _unfolded(leaf: Leaf) -> list[Any]:
    """Return the values that a told value stands for: the statistics of a play are told in one cell."""
    if leaf.path[-1] == "stats" and "play by play" in leaf.path:
        stats = nfl_gamecenter.stats_of(str(leaf.value))
        return [value for stat in stats for value in stat.values() if value is not None] or [leaf.value]
    return [leaf.value]


def _number(value: Any) -> str:
    """Return one spelling for 3, 3.0 and "3"; other values as they are told."""
    text = spelled(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return str(number.normalize()) if number.is_finite() and text.isascii() else text


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        Decimal(spelled(value))
    except InvalidOperation:
        return False
    return True


def _espn_leaves(answer: dict[str, Any]) -> Iterator[Leaf]:
    """A scoreboard's events, without what they say twice: the status, and the date, of their competition."""
    for number, event in enumerate(answer["events"]):
        if not isinstance(event, dict):
            continue
        competitions = event.get("competitions")
        first = competitions[0] if isinstance(competitions, list) and competitions else None
        first = first if isinstance(first, dict) else {}
        competitors = first.get("competitors")
        again = {
            # "Bears at Owls": told as home and away.
            ("name",) if isinstance(competitors, list) and len(competitors) == 2 else None,
            ("status",) if event.get("status") == first.get("status") else None,
            *(
                ("competitions", 0, key)
                for key in ("date", "startDate")
                if first.get(key) == event.get("date")
            ),
        }
        for leaf in _leaves(event, ()):
            if leaf.path[:1] not in again and leaf.path[:3] not in again:
                yield Leaf(("events", number, *leaf.path), leaf.value)


def _nfl_leaves(answer: dict[str, Any]) -> Iterator[Leaf]:
    """A game without overtime's 0-0 where none was played, and ids of who scored, whose names are told."""
    for leaf in _leaves(answer, ()):
        unplayed = leaf.path[2:4] == ("score", "5") and leaf.value == 0
        named = leaf.path[1:2] == ("scrsummary",) and "players" in leaf.path
        if not unplayed and not named:
            yield leaf


def _openfootball_leaves(answer: dict[str, Any]) -> Iterator[Leaf]:
    """The matches; in older files with the name of the round that lists them."""
    for leaf in _leaves(answer, ()):
        if leaf.path != ("name",) and not (leaf.path[0] == "rounds" and leaf.path[2:] == ("name",)):
            yield leaf


WITHOUT_REPEATS: dict[str, Callable[[Any], Iterator[Leaf]]] = {
    "espn": _espn_leaves,
    "nfl": _nfl_leaves,
    "openfootball": _openfootball_leaves,
}
