"""Shingles (Broder 1997): each run of five lower-cased words of a text, as a 64-bit hash.

A word is a maximal run of ``\\w``, as in ``re``. Word hash: FNV-1a over code points, then a finalizer
(splitmix64); shingle hash: a polynomial in the word hashes, then the finalizer again. Text must be NFC,
which clean sees to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.code_points import lowered_words

FNV_OFFSET = 0xCBF29CE484222325
FNV_PRIME = 0x100000001B3
SHINGLE_BASE = 0xD6E8FEB86659FD93
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]


def mix64(values: Hashes) -> Hashes:
    """Return splitmix64's finalizer of each value, a bijection in which every bit depends on every bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(MIX_1)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(MIX_2)
    return values ^ (values >> np.uint64(31))


def shingle_hashes(texts: Sequence[str], shingle_words: int) -> tuple[Hashes, Offsets]:
    """Return the hashes of all shingles of all texts in order, and where each text's start (one more at the
    end).

    A text with fewer words than a shingle has one shingle, of all its words; one without words has none.
    """
    words, word_offsets = word_hashes(texts)
    num_words = np.diff(word_offsets)
    num_shingles = np.where(num_words == 0, 0, np.maximum(1, num_words - shingle_words + 1))
    offsets = np.concatenate([[0], np.cumsum(num_shingles)]).astype(np.int64)
    # Hash of the run that starts at each word, whichever text the run ends in; those inside one text are
    # taken.
    runs = np.zeros(len(words) + shingle_words, dtype=np.uint64)
    padded = np.concatenate([words, np.zeros(shingle_words, dtype=np.uint64)])
    for place in range(shingle_words):
        runs[: len(words)] = runs[: len(words)] * np.uint64(SHINGLE_BASE) + padded[place : place + len(words)]
    which = np.repeat(np.arange(len(texts)), num_shingles)
    starts = word_offsets[:-1][which] + (np.arange(offsets[-1]) - offsets[:-1][which])
    hashes = runs[starts]
    for text in np.flatnonzero((num_words > 0) & (num_words < shingle_words)).tolist():
        run = 0
        for word in words[word_offsets[text] : word_offsets[text + 1]].tolist():
            run = (run * SHINGLE_BASE + word) % 2**64
        hashes[offsets[text]] = run
    return mix64(hashes), offsets


def word_hashes(texts: Sequence[str]) -> tuple[Hashes, Offsets]:
    """Return the hashes of all words of all texts in order, and where each text's start (one more at
    the end).
    """
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lowered = lowered_words(int(codes.max()))[codes]
    inside = np.concatenate([[False], lowered != 0, [False]])
    starts = np.flatnonzero(inside[1:] & ~inside[:-1])
    lengths = np.flatnonzero(inside[:-1] & ~inside[1:]) - starts
    # Longest words first, so that the words that have a next character are always a prefix.
    order = np.argsort(-lengths, kind="stable")
    starts_sorted, lengths_sorted = starts[order], lengths[order]
    hashes = np.full(len(starts), FNV_OFFSET, dtype=np.uint64)
    num_longer = np.searchsorted(-lengths_sorted, -np.arange(int(lengths.max(initial=0))), side="left")
    for place, active in enumerate(num_longer.tolist()):
        character = lowered[starts_sorted[:active] + place].astype(np.uint64)
        hashes[:active] = (hashes[:active] ^ character) * np.uint64(FNV_PRIME)
    in_order = np.empty_like(hashes)
    in_order[order] = hashes
    ends = np.cumsum([len(text) + 1 for text in texts])
    offsets = np.concatenate([[0], np.searchsorted(starts, ends)]).astype(np.int64)
    return mix64(in_order), offsets
