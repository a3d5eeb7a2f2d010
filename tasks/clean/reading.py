"""A text taken apart once, for all the rules and scores that look at it: lines, words, sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

WORDS = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
SENTENCE_BREAK = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+[\"'\u201d\u2019)\]]*(?:\s+|$)|\n+")
LINE_END = re.compile(r"(?:[.!?:;\u2026\u3002\uff01\uff1f]|<\w+>)[\"'\u201d\u2019\u00bb)\]*]*$")
NUMBER = re.compile(r"\d\S*")
# A line is tabular if it has cells, or if this many of its words and this share of them have a digit.
LEAST_LINE_NUMBERS = 2
LEAST_LINE_NUMBER_RATIO = 0.25
# A line with more words than this is a sentence that was not ended, not a heading.
MOST_HEADING_WORDS = 15
# Scores need no more of a text than this; the rules look at all of it.
SAMPLE_CHARS = 12_000


@dataclass(frozen=True)
class Line:
    """One line that is not blank: its characters, words, and what it looks like."""

    text: str
    num_words: int
    tabular: bool
    ended: bool


@dataclass(frozen=True)
class Reading:
    """A text and its parts, each made when first asked for."""

    text: str

    @cached_property
    def lines(self) -> list[Line]:
        """The lines that are not blank, stripped."""
        lines = [text for line in self.text.split("\n") if (text := line.strip())]
        return [_line(line, following) for line, following in zip(lines, [*lines[1:], ""], strict=False)]

    @cached_property
    def sample(self) -> str:
        """The beginning of the text."""
        return self.text[:SAMPLE_CHARS]

    @cached_property
    def words(self) -> list[str]:
        """The sample's words as they are written; hyphens and apostrophes inside belong to them."""
        return WORDS.findall(self.sample)

    @cached_property
    def lower_words(self) -> list[str]:
        """The sample's words in small letters."""
        return list(map(str.lower, self.words))

    @cached_property
    def sentences(self) -> list[str]:
        """The sample's sentences and headings, without their full stops and without tabular lines."""
        prose = "\n".join(line.text for line in self.lines if not line.tabular)[:SAMPLE_CHARS]
        return [sentence for sentence in SENTENCE_BREAK.split(prose) if sentence.strip()]

    @cached_property
    def tabular_ratio(self) -> float:
        """The share of the text, by characters, in tabular lines."""
        return _share(self.lines, [line for line in self.lines if line.tabular])

    @cached_property
    def ended_ratio(self) -> float:
        """The share of the text beside tables, by characters, in lines that end like a sentence."""
        prose = [line for line in self.lines if not line.tabular]
        return _share(prose, [line for line in prose if line.ended])


def _line(text: str, following: str) -> Line:
    words = text.split()
    numbers = len(NUMBER.findall(text))
    many = numbers >= LEAST_LINE_NUMBERS and numbers >= LEAST_LINE_NUMBER_RATIO * len(words)
    cut_off = text.endswith(("\u2026", "..."))
    # A line that goes on in small letters is one of a wrapped paragraph.
    ended = (LINE_END.search(text[-8:]) is not None or following[:1].islower()) and not cut_off
    return Line(text, len(words), " | " in text or text.startswith("|") or (many and not ended), ended)


def _share(whole: list[Line], part: list[Line]) -> float:
    return sum(len(line.text) for line in part) / max(1, sum(len(line.text) for line in whole))
