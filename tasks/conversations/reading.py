"""Passages, and fill-in-the-blank questions about them, after Hermann et al. (2015)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.conversations.questions import BLANK, FILL_IN

SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]?\s+(?=[\"'“‘(]?[A-ZÀ-Þ0-9])|\n+")
NUMBER = re.compile(r"(?<![\w.,:–-])\d[\d,.:–-]*\d(?!\w)|(?<![\w.,:–-])\d(?![\w.,:–-]\d|\w)")
NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)*")
# After these a capital is no sign of a name.
OPENING = re.compile(r"(?:^|[.!?:\"“])\s*$")
MIN_SENTENCE_WORDS, MAX_SENTENCE_WORDS = 5, 40


@dataclass(frozen=True)
class Blank:
    """A question whose answer was taken out of one sentence of a passage."""

    question: str
    answer: str
    is_number: bool


def passages_of(text: str, max_bytes: int, limit: int) -> list[str]:
    """Return a text's first ``limit`` passages: whole sentences and lines of at most ``max_bytes`` of UTF-8.

    A sentence longer than that is cut at a word; what remains of a text after its last full passage is a
    passage too, unless it is shorter than a quarter of the limit and not all there is.
    """
    passages: list[str] = []
    begin, text = 0, text.strip()
    while begin < len(text) and len(passages) < limit:
        passage = _cut(text[begin:], max_bytes)
        begin += len(passage)
        passage = passage.strip()
        if passage and (not passages or len(passage.encode()) * 4 >= max_bytes):
            passages.append(passage)
    return passages


def _cut(text: str, max_bytes: int) -> str:
    """Return the beginning of a text that fits, ending where a sentence, else a word, ends."""
    if len(text.encode()) <= max_bytes:
        return text
    fitting = text.encode()[:max_bytes].decode("utf-8", "ignore")
    ends = [match.start() for match in SENTENCE_END.finditer(fitting) if fitting[: match.start()].strip()]
    if ends:
        return fitting[: ends[-1]]
    words = fitting.rstrip().rfind(" ")
    return fitting[:words] if fitting[: max(words, 0)].strip() else fitting


def blanks_of(passage: str, random_: random.Random, count: int) -> list[Blank]:
    """Return up to ``count`` blanks in the order drawn, at most one a sentence."""
    found = []
    for sentence in SENTENCE_END.split(passage):
        if not MIN_SENTENCE_WORDS <= len(sentence.split()) <= MAX_SENTENCE_WORDS:
            continue
        spans = [(match.span(), True) for match in NUMBER.finditer(sentence)]
        spans += [(match.span(), False) for match in names_in(sentence)]
        if not spans:
            continue
        (begin, end), is_number = random_.choice(sorted(spans))
        blanked = sentence[:begin] + BLANK + sentence[end:]
        found.append(Blank(FILL_IN.format(sentence=blanked.strip()), sentence[begin:end], is_number))
    random_.shuffle(found)
    return found[:count]


def candidates_of(passage: str, is_number: bool) -> list[str]:
    """Return the distinct numbers or names of a passage, in order of appearance."""
    if is_number:
        return list(dict.fromkeys(NUMBER.findall(passage)))
    sentences = SENTENCE_END.split(passage)
    return list(dict.fromkeys(match.group() for sentence in sentences for match in names_in(sentence)))


def names_in(sentence: str) -> Iterator[re.Match[str]]:
    """Yield the runs of capitalised words of a sentence, but for the one that opens it or a quotation."""
    for match in NAME.finditer(sentence):
        if sentence[: match.start()].endswith((" ", "-", "(")) and not OPENING.search(
            sentence[: match.start()]
        ):
            yield match
