"""Which sport a text is about, if any: sections of its URL, then the terms it uses."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from tasks.clean.sport_terms import ANY_SPORT, GENERAL, HOSTS, OTHER_SECTIONS, OTHER_SPORTS, SECTIONS, TERMS
from tasks.schema import Sport

WORDS = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SAMPLE_CHARS = 6_000
# Points (weighted term hits, each term at most TERM_CAP times) a text of 100 words needs; longer ones need
# more, with the square root of their length. On 1,100 BBC articles of five classes, sport against the rest:
# 6 points P .928 R .981, 7 .945 .977, 8 .959 .973, 9 .966 .955, 12 .979 .875.
TERM_CAP = 3
LEAST_POINTS = 8.0
# Of those, points of the leading sport alone, for it to be named rather than "other".
LEAST_SPORT_POINTS = 4.0


@dataclass(frozen=True)
class Topic:
    """``sport`` is OTHER for a sport beside the ten, and where ``is_sport`` is false."""

    sport: Sport
    is_sport: bool


def sport_of(text: str, url: str, title: str = "") -> Topic:
    """Return what a text is about. The URL decides where it names a section; else the words do."""
    section = sport_of_url(url)
    if section not in (None, Sport.OTHER):
        assert section is not None
        return Topic(section, is_sport=True)
    words = WORDS.findall(f"{title}\n{text[:SAMPLE_CHARS]}".lower())
    points = term_points(words)
    general = points.pop(None, 0.0) + points.get(Sport.OTHER, 0.0)
    best = max(TERMS, key=lambda sport: points.get(sport, 0.0))
    needed = LEAST_POINTS * math.sqrt(max(len(words), 25) / 100)
    own = points.get(best, 0.0)
    is_sport = section is Sport.OTHER or own + general >= needed
    named = is_sport and own >= LEAST_SPORT_POINTS * math.sqrt(max(len(words), 25) / 100)
    return Topic(best if named else Sport.OTHER, is_sport)


def sport_of_url(url: str) -> Sport | None:
    """Return the sport a URL's section or host names, OTHER for a sports section of any kind, or None."""
    host, folders = _place(url)
    found = [SECTIONS[folder] for folder in folders if folder in SECTIONS]
    found += [sport for name, sport in HOSTS.items() if host == name or host.endswith("." + name)]
    return next((sport for sport in found if sport is not Sport.OTHER), found[0] if found else None)


def other_sport_section(url: str) -> bool:
    """Tell whether a URL's section names a sport beside the ten, such as rugby."""
    return any(SECTIONS.get(name) is Sport.OTHER and name not in ANY_SPORT for name in _place(url)[1])


def section_beside_sport(url: str) -> str:
    """Return the section of a URL that is about something else than sport, or ""."""
    return next((folder for folder in _place(url)[1] if folder in OTHER_SECTIONS), "")


def _place(url: str) -> tuple[str, list[str]]:
    """Return a URL's host and the folders of its path; nothing for what is no URL."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return "", []
    return host, [part.replace("_", "-") for part in parts.path.lower().split("/")[:-1] if part]


def term_points(words: list[str], counts: Counter[str] | None = None) -> dict[Sport | None, float]:
    """Return each sport's points in a text; those of terms that all sports share stand under None.

    Args:
        counts: of the words, if they are counted already.
    """
    counts = Counter(words) if counts is None else counts
    pairs = Counter(f"{first} {second}" for first, second in pairwise(words) if first in _FIRST_WORDS)
    points: dict[Sport | None, float] = {}
    for found in (counts, pairs):
        for term in _WEIGHTS.keys() & found.keys():
            for sport, weight in _WEIGHTS[term]:
                points[sport] = points.get(sport, 0.0) + weight * min(found[term], TERM_CAP)
    return points


def _weights() -> dict[str, list[tuple[Sport | None, int]]]:
    table: dict[str, list[tuple[Sport | None, int]]] = {}
    groups: list[tuple[Sport | None, dict[int, str]]] = [
        *TERMS.items(),
        (Sport.OTHER, OTHER_SPORTS),
        (None, GENERAL),
    ]
    for sport, weighted in groups:
        for weight, terms in weighted.items():
            for term in terms.split(","):
                table.setdefault(term.strip(), []).append((sport, weight))
    return table


_WEIGHTS = _weights()
_FIRST_WORDS = frozenset(term.split(" ")[0] for term in _WEIGHTS if " " in term)
