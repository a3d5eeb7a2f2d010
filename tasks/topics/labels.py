"""Weak labels: what a document's collection, address or source says it is about, without reading it.

In order of trust: the label an import's row carries; the section of its URL; the sport of its source; and,
for English texts that say nothing of the kind, the table of terms where it is in no doubt. Each label keeps
where it came from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.clean.sport import other_sport_section, section_beside_sport, sport_of_url
from tasks.clean.sport_terms import ANY_SPORT, OTHER_SECTIONS, SECTIONS
from tasks.schema import Kind, Sport
from tasks.topics.features import Features

# The least and most points a 100-word text may have for the table alone to say "sport" or "not" (of 1,100 BBC
# articles at 12 points: precision .979). Only "not" and which sport are learned from it: its "sport" among
# 4,000 news articles was often about stadiums, courts and fans (F1 .991 without, .989 with them).
SURE_POINTS, NO_POINTS = 12.0, 3.0
# Of those, what the leading sport needs, and how many times the second's points.
OWN_POINTS, LEAD = 6.0, 2.0
TERMS_WEIGHT = 0.3
MIN_WORDS = 50


@dataclass(frozen=True)
class Label:
    """What a document is about.

    Attributes:
        is_sport: None where only the sport is learned from it, given that it is one.
        sport: None where nothing says which.
        origin: ``label``, ``url section``, ``source`` or ``terms``.
        weight: how much an error on it counts, in (0, 1].
    """

    is_sport: bool | None
    sport: Sport | None
    origin: str
    weight: float = 1.0


def weak_label(document: Mapping[str, Any]) -> Label | None:
    """Return what a row of documents says of itself, or None."""
    return of_name(document["label"] or "") or of_url(document["url"] or "") or of_source(document)


def of_name(name: str) -> Label | None:
    """Return what the label of an import's row says."""
    name = name.strip().lower().replace("_", "-").replace(" ", "-")
    if name in OTHER_SECTIONS:
        return Label(False, None, "label")
    if name in ANY_SPORT:
        return Label(True, None, "label")
    if name in SECTIONS:
        return Label(True, SECTIONS[name], "label")
    return None


def of_url(url: str) -> Label | None:
    """Return what the section or host of a URL says; a sports section within another one says nothing."""
    sport, beside = sport_of_url(url), section_beside_sport(url)
    if beside:
        return None if sport else Label(False, None, "url section")
    if sport is None:
        return None
    named = sport is not Sport.OTHER or other_sport_section(url)
    return Label(True, sport if named else None, "url section")


def of_source(document: Mapping[str, Any]) -> Label | None:
    """Return what the source says: one about one sport, or a record or statistics of games."""
    sport = document["sport"]
    if sport and sport != Sport.OTHER:
        return Label(True, Sport(sport), "source")
    if document["events"] or document["kind"] in (Kind.RECORD, Kind.STATISTICS):
        return Label(True, None, "source")
    return None


def of_terms(features: Features) -> Label | None:
    """Return what the table of terms says of an English text, where it is in no doubt."""
    if features.num_words < MIN_WORDS:
        return None
    length = math.sqrt(max(features.num_words, 25) / 100)
    points = {sport: value / length for sport, value in features.points.items() if sport is not None}
    everything = max(points.values(), default=0.0) + features.points.get(None, 0.0) / length
    if everything <= NO_POINTS:
        return Label(False, None, "terms", TERMS_WEIGHT)
    ranked = sorted(points.items(), key=lambda item: (-item[1], item[0]))
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    if everything >= SURE_POINTS and ranked[0][1] >= max(OWN_POINTS, LEAD * second):
        return Label(None, ranked[0][0], "terms", TERMS_WEIGHT)
    return None
