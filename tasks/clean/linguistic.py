"""Linguistic quality in [0, 1]: whether words, their order, sentences and letters are those of writing."""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.clean.language import STOP_WORDS, function_ratio
from tasks.clean.reading import Reading
from tasks.clean.scale import scaled

ENGLISH = "en"
BEYOND_LATIN = re.compile("[\u0250-\u1fff\u2c00-\ud7ff]")
MOST_BEYOND_RATIO = 0.1
# An article and the next word, with nothing but a blank between: not "A: The" nor "A83 and".
ARTICLE = re.compile(r"(?<![\w.&'\u2019-])(?:[Tt]he|[Aa]n|a) (\w+)(?![\w-])")
# What cannot follow an article. "A to Z" and "the in form" are rare, a shuffled text has one after each
# third.
NEVER_NEXT = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "in",
        "and",
        "is",
        "was",
        "for",
        "on",
        "at",
        "by",
        "with",
        "from",
        "as",
        "are",
        "were",
        "be",
        "that",
        "it",
        "he",
        "she",
        "they",
        "has",
        "have",
        "had",
        "will",
        "would",
        "or",
        "but",
        "if",
        "his",
        "its",
        "their",
        "who",
        "which",
        "this",
    ]
)
PRIOR_ARTICLES = 4
VOWEL = re.compile(r"[aeiouy\u00c0-\u024f]", re.IGNORECASE)
ODD_WORD = re.compile(r"(.)\1\1|[a-z]{2}[A-Z]|^[^-]{22,}$|[^aeiouyAEIOUY\u00c0-\u024f'\u2019-]{6}")
# 5,599 news articles: function words 1% .25, median .33; impossible pairs 99% .03; odd words 99% .02.
FUNCTION_POINTS = ((0.08, 0.0), (0.16, 0.7), (0.24, 1.0))
OTHER_FUNCTION_POINTS = ((0.06, 0.0), (0.12, 0.8), (0.19, 1.0))
ORDER_POINTS = ((0.04, 1.0), (0.1, 0.6), (0.2, 0.1), (0.3, 0.0))
ODD_POINTS = ((0.02, 1.0), (0.05, 0.7), (0.12, 0.1))
SENTENCE_POINTS = ((2.0, 0.2), (5.0, 0.9), (8.0, 1.0), (50.0, 1.0), (90.0, 0.3))
STARTS_POINTS = ((0.3, 0.3), (0.8, 1.0))
SHOUTED_POINTS = ((0.2, 1.0), (0.4, 0.6), (0.8, 0.1))
CELL = re.compile(r"[^|]+")
CLEAN_CELL = re.compile(r"[\w.,:;+\-\u2013\u2014/%()'\u2019\"&#*$\u00a3\u20ac!?\u00b0<>@=~ ]{0,1000}")
UNKNOWN_LANGUAGE = 0.9


def prose_quality(reading: Reading, language: str | None) -> float:
    """Return (the least of function words, word order and spelling) times the mean of four shapes' scores.

    Function words: their share, of English or of the language; 0.9 where there is no list. Order (English):
    the share of articles followed by a word that never follows one. Spelling: the share of words without a
    vowel, with a letter three times running, six consonants running, a capital inside, or over 21 letters.
    Shapes: words a sentence, sentences that begin like one, words in capitals.
    """
    words = reading.lower_words
    if not words:
        return 0.0
    scores = [scaled(_odd_ratio(reading), ODD_POINTS)]
    if language == ENGLISH:
        scores.append(scaled(function_ratio(words, ENGLISH), FUNCTION_POINTS))
        scores.append(scaled(impossible_ratio(reading.sample), ORDER_POINTS))
    elif language in STOP_WORDS:
        scores.append(scaled(function_ratio(words, language), OTHER_FUNCTION_POINTS))
    else:
        scores.append(UNKNOWN_LANGUAGE)
    return min(scores) * _shapes(reading)


def table_quality(reading: Reading) -> float:
    """Return the share of a table's characters in cells of plain words and numbers, no longer than 1,000 "
    "characters."""
    cells = [cell for line in reading.lines[:400] for cell in CELL.findall(line.text)]
    clean = sum(len(cell) for cell in cells if CLEAN_CELL.fullmatch(cell))
    return clean / max(1, sum(map(len, cells)))


def impossible_ratio(text: str) -> float:
    """Return the share of English articles that stand before a word that cannot follow one."""
    following = ARTICLE.findall(text)
    return sum(map(NEVER_NEXT.__contains__, following)) / (len(following) + PRIOR_ARTICLES)


@lru_cache(maxsize=100_000)
def _is_odd(word: str) -> bool:
    without_vowel = not word.isupper() and not VOWEL.search(word)
    return len(word) > 3 and (without_vowel or ODD_WORD.search(word) is not None)


def _odd_ratio(reading: Reading) -> float:
    """Return the share of odd words; 0 where the letters are not Latin ones, of which these rules know "
    "nothing."""
    text = reading.sample
    if not text.isascii() and len(BEYOND_LATIN.findall(text)) > MOST_BEYOND_RATIO * len(text):
        return 0.0
    return sum(map(_is_odd, reading.words)) / max(1, len(reading.words))


def _shapes(reading: Reading) -> float:
    sentences = reading.sentences or [reading.sample]
    shouted = sum(map(str.isupper, reading.words)) / max(1, len(reading.words))
    starts = sum(not sentence.lstrip(" \"'\u201c\u2018([-*\u2022>")[:1].islower() for sentence in sentences)
    mean_words = len(reading.words) / len(sentences)
    scores = (
        scaled(mean_words, SENTENCE_POINTS),
        scaled(starts / len(sentences), STARTS_POINTS),
        scaled(shouted, SHOUTED_POINTS),
    )
    return sum(scores) / len(scores)
