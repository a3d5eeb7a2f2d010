"""What gold says about a page's blocks: how much of each belongs to the article, and how much it counts."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any

import numpy as np
from lxml import html

WORD = re.compile(r"\w+")
BLANKS = re.compile(r"\s+")
# A page with full gold text counts as so many segments, one with gold HTML as a tenth of it: its makers
# keep headlines and captions, which the others leave out (0.3: F1 .969, 0.1: .969, 1.0: .968).
PAGE_WEIGHT = 30.0
HTML_WEIGHT = 3.0
# Word-by-word alignment is quadratic; longer gold is left out of training.
LONGEST_GOLD_CHARS = 60_000


def labels(texts: list[str], gold: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return each block's share that belongs to the article, and its weight, 0 where gold is silent."""
    if "text" in gold or "html" in gold:
        wanted = gold["text"] if "text" in gold else _plain(gold["html"])
        if not wanted or len(wanted) > LONGEST_GOLD_CHARS:
            return np.zeros(len(texts)), np.zeros(len(texts))
        counts = np.array([len(WORD.findall(text)) for text in texts], dtype=np.float64)
        weight = PAGE_WEIGHT if "text" in gold else HTML_WEIGHT
        return _shares(texts, wanted), weight * counts / max(1.0, counts.sum())
    return _segments(texts, gold["with"], gold["without"])


def _plain(markup: str) -> str:
    return str(html.fromstring(f"<div>{markup}</div>").text_content()) if markup.strip() else ""


def _shares(texts: list[str], wanted: str) -> np.ndarray:
    """Return the share of each block's words that align with the gold text's, in order."""
    words, owner = [], []
    for number, text in enumerate(texts):
        found = WORD.findall(text)
        words += found
        owner += [number] * len(found)
    hits = np.zeros(len(words))
    matcher = difflib.SequenceMatcher(None, words, WORD.findall(wanted), autojunk=False)
    for start, _, size in matcher.get_matching_blocks():
        hits[start : start + size] = 1.0 if size >= 2 else 0.6
    index = np.array(owner, dtype=np.int64)
    sums = np.bincount(index, hits, len(texts))
    return np.asarray(sums / np.maximum(np.bincount(index, minlength=len(texts)), 1))


def _segments(texts: list[str], wanted: list[str], unwanted: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return label and weight of the blocks that hold a segment; one that is on the page twice is in the
    longest of its blocks if wanted, in all if not.
    """
    share, weight = np.zeros(len(texts)), np.zeros(len(texts))
    flat = "".join(f"{text} " for text in texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    for segments, label in ((unwanted, 0.0), (wanted, 1.0)):
        for segment in (BLANKS.sub(" ", one).strip() for one in segments):
            places = [found.start() for found in re.finditer(re.escape(segment), flat)] if segment else []
            if label and places:
                places = [max(places, key=lambda place: len(texts[bisect_right(starts, place) - 1]))]
            for place in places:
                last = bisect_right(starts, place + len(segment) - 1) - 1
                for number in range(bisect_right(starts, place) - 1, last + 1):
                    share[number] = label
                    weight[number] += 1 / len(places)
    return share, weight
