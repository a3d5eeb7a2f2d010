"""Coherence in [0, 1]: whether a text hangs together, or is a heap of unrelated or broken-off lines.

Prose: neighbouring sentences of one text share words (lexical cohesion: Halliday and Hasan 1976; as sentence
overlap, Foltz, Kintsch and Landauer 1998). Tables: neighbouring rows have the same cells.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tasks.clean.language import STOP_WORDS
from tasks.clean.reading import Line, Reading
from tasks.clean.scale import scaled

CONTENT_WORD = re.compile(r"[^\W\d_]{4,}")
# Forms of a word share their beginning: "scored", "scorer".
STEM_CHARS = 5
IDLE = frozenset(
    [
        "said",
        "says",
        "also",
        "would",
        "could",
        "should",
        "just",
        "very",
        "into",
        "about",
        "than",
        "then",
        "them",
        "some",
        "such",
        "only",
        "other",
        "over",
        "most",
        "our",
        "your",
        "being",
        "been",
        "does",
        "here",
        "where",
        "what",
        "how",
        "why",
        "because",
        "while",
        "before",
        "during",
        "down",
        "both",
        "each",
        "few",
        "many",
        "much",
        "may",
        "might",
        "must",
        "make",
        "made",
        "take",
        "took",
        "come",
        "came",
        "going",
        "year",
        "years",
        "time",
        "first",
        "last",
    ]
) | frozenset(word for words in STOP_WORDS.values() for word in words.split() if len(word) >= 4)
FEWEST_STEMS = 2
MOST_SENTENCES = 120
# A short text's few pairs say little: it starts with three pairs of an average article (its median shares).
PRIOR_PAIRS = 3
LEAD_SENTENCES = 2
MEDIAN_NEXT, MEDIAN_NEAR = 0.46, 0.66
# With those three pairs, on 1,599 news and sports articles (benchmarks/clean_rules.py): sentences that share
# a stem with the one before, 1% .16, 5% .26, median .46; two articles interleaved, median .09, 95% .20. With
# one of the two before or the lead: 1% .49, 5% .60, median .82; 18 sentences of 18 articles, median .31, 95%
# .47.
NEXT_POINTS = ((0.05, 0.3), (0.08, 0.45), (0.13, 0.85), (0.22, 1.0))
NEAR_POINTS = ((0.15, 0.05), (0.3, 0.2), (0.35, 0.36), (0.43, 0.6), (0.5, 0.9), (0.6, 1.0))
# Share of the text in lines that end like sentences.
ENDED_POINTS = ((0.0, 0.2), (0.3, 0.7), (0.6, 0.95), (0.75, 1.0))
# Share of a table's rows that are like another near them.
ROWS_POINTS = ((0.1, 0.1), (0.4, 0.5), (0.6, 0.9), (0.8, 1.0))
ROWS_BACK = 6


def prose_coherence(reading: Reading) -> float:
    """Return the least of three: cohesion of neighbours, of near sentences, and whether lines are whole.

    A sentence is linked if it shares the stem of a content word with the one before; near, if with one of the
    two before or with the first two, which in news say what follows is about. Sentences in another order keep
    most links: that is not found.
    """
    stems = [
        found
        for sentence in reading.sentences[:MOST_SENTENCES]
        if len(found := _stems(sentence)) >= FEWEST_STEMS
    ]
    pairs = max(0, len(stems) - 1)
    linked = sum(not one.isdisjoint(two) for one, two in pairwise(stems))
    lead: set[str] = set().union(*stems[:LEAD_SENTENCES])
    skipped = sum(
        not stems[place].isdisjoint(stems[place - 1] | stems[max(0, place - 2)] | lead)
        for place in range(1, len(stems))
    )
    near = (skipped + PRIOR_PAIRS * MEDIAN_NEAR) / (pairs + PRIOR_PAIRS)
    next_ = (linked + PRIOR_PAIRS * MEDIAN_NEXT) / (pairs + PRIOR_PAIRS)
    whole = scaled(reading.ended_ratio, ENDED_POINTS)
    return min(scaled(next_, NEXT_POINTS), scaled(near, NEAR_POINTS), whole)


def table_coherence(reading: Reading) -> float:
    """Return how regular a table or record is: the share of rows with the shape of one of the six before.

    A row's shape is its number of cells, or its key where it is a ``key: value`` line. Titles and the first
    row of each shape have nothing to be like; the scale allows for them.
    """
    shapes = [_shape(line) for line in reading.lines]
    if len(shapes) < 2:
        return 0.5
    alike = 0
    for place, shape in enumerate(shapes):
        around = shapes[max(0, place - ROWS_BACK) : place] + shapes[place + 1 : place + 1 + ROWS_BACK]
        alike += shape in around
    return scaled(alike / len(shapes), ROWS_POINTS)


def _stems(sentence: str) -> set[str]:
    return {word[:STEM_CHARS] for word in CONTENT_WORD.findall(sentence.lower()) if word not in IDLE}


def _shape(line: Line) -> tuple[str, int]:
    if "|" in line.text:
        return "cells", line.text.count("|")
    key, colon, _ = line.text.partition(":")
    if colon and len(key) <= 40:
        return "pair", 0
    return ("numbers", 0) if line.tabular else ("words", 0)
