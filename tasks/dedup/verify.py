"""Candidate pairs to verified ones: the exact Jaccard similarity of the two documents' shingle sets.

Knows nothing of what is kept: whether a verified earlier document counts is decided after all are known.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.counts import Counts
from tasks.dedup.arrival import take_texts
from tasks.dedup.candidates import Places, read_pairs
from tasks.dedup.config import DedupConfig
from tasks.dedup.shingles import Hashes, Offsets, shingle_hashes
from tasks.schema import RECALLED, VERIFIED

VERIFIED_FILE = "verified.parquet"
# Pairs whose documents' texts and shingles are in memory at once.
CHUNK_PAIRS = 50_000

Scores = NDArray[np.float64]


def verify_range(
    start: int,
    end: int,
    num_old: int,
    pairs: Sequence[Path],
    page_keys: Path,
    arrival: Path,
    texts: Sequence[Path],
    recalled: Path | None,
    config: DedupConfig,
    out: Path,
    compiled: bool = False,
) -> Counts:
    """Write ``verified.parquet``: the pairs at the threshold or above whose later documents are in a range.

    Args:
        start, end: the range of this snapshot's documents, in arrival order; end is not in it.
        num_old: documents of earlier snapshots. pairs: the pairs of every key column.
        compiled: whether the compiled kernel is worth its start, should numba be there.
        page_keys: this snapshot's page keys. recalled: what earlier snapshots hold of the pairs, if any.
    """
    later, earlier = _distinct(pairs, num_old + start, num_old + end)
    old = pq.read_table(recalled) if recalled else RECALLED.empty_table()
    documents = _Documents(old, num_old, np.load(page_keys, mmap_mode="r"), arrival, texts)
    worth = documents.are_comparable(later, earlier)
    later, earlier = later[worth], earlier[worth]
    parts = [VERIFIED.empty_table()]
    for here in _chunks(later):
        scores, exact = documents.compare(later[here], earlier[here], config.shingle_words, compiled)
        enough = scores >= config.threshold
        columns = [later[here][enough], earlier[here][enough], scores[enough], exact[enough]]
        parts.append(pa.table(columns, schema=VERIFIED))
    table = pa.concat_tables(parts)
    pq.write_table(table, out / VERIFIED_FILE)
    return Counts(0, 0, extra={"compared_pairs": len(later), "verified_pairs": table.num_rows})


def _distinct(pairs: Sequence[Path], start: int, end: int) -> tuple[Places, Places]:
    """Return the pairs of all columns, each once, by later document, then by earlier one."""
    codes = [np.zeros(0, np.uint64)]
    for path in pairs:
        part = read_pairs(path, start, end).astype(np.uint64)
        codes.append(part[:, 0] << np.uint64(32) | part[:, 1])
    found = np.unique(np.concatenate(codes))
    return (found >> np.uint64(32)).astype(np.int64), (found & np.uint64(2**32 - 1)).astype(np.int64)


def _chunks(later: Places) -> Iterator[slice]:
    """Cut pairs into runs of about ``CHUNK_PAIRS``, never within one document's pairs."""
    start = 0
    while start < len(later):
        end = min(start + CHUNK_PAIRS, len(later))
        end = int(np.searchsorted(later, later[end - 1], side="right"))
        yield slice(start, end)
        start = end


class _Documents:
    """The documents of candidate pairs, by place: earlier snapshots' as recalled, this one's from disk."""

    def __init__(
        self, old: pa.Table, num_old: int, page_keys: Hashes, arrival: Path, texts: Sequence[Path]
    ) -> None:
        self._old, self._num_old, self._page_keys, self._texts = old, num_old, page_keys, texts
        self._old_places: Places = old.column("place").to_numpy()
        self._arrival = pq.read_table(arrival, columns=["id", "file", "row"])

    def are_comparable(self, later: Places, earlier: Places) -> NDArray[np.bool_]:
        """Tell which pairs may make the later document a duplicate: the earlier one is not known to be
        removed, and is not another revision of it.
        """
        is_old = earlier < self._num_old
        rows = self._rows(earlier[is_old])
        worth = np.ones(len(later), dtype=bool)
        worth[is_old] = self._old.column("kept").to_numpy()[rows]
        own = np.asarray(self._page_keys[later - self._num_old])
        other = np.empty_like(own)
        other[is_old] = self._old.column("page_key").to_numpy()[rows]
        other[~is_old] = self._page_keys[earlier[~is_old] - self._num_old]
        same_page = np.flatnonzero(worth & (own == other))
        ids = zip(self.ids(later[same_page]), self.ids(earlier[same_page]), strict=True)
        worth[same_page] = [one == another for one, another in ids]
        return worth

    def ids(self, places: Places) -> list[str]:
        """Return the ids of documents."""
        found = np.empty(len(places), dtype=object)
        is_old = places < self._num_old
        found[is_old] = self._old.column("id").take(self._rows(places[is_old])).to_pylist()
        found[~is_old] = self._arrival.column("id").take(places[~is_old] - self._num_old).to_pylist()
        named: list[str] = found.tolist()
        return named

    def compare(
        self, later: Places, earlier: Places, shingle_words: int, compiled: bool
    ) -> tuple[Scores, NDArray[np.bool_]]:
        """Return each pair's similarity, and whether the texts are equal letter by letter."""
        places = np.union1d(later, earlier)
        texts = self._texts_at(places)
        first, second = np.searchsorted(places, later), np.searchsorted(places, earlier)
        scores = similarities(texts, first, second, shingle_words, compiled)
        alike = np.flatnonzero(scores == 1)
        exact = np.zeros(len(scores), dtype=bool)
        strings: Any = texts
        exact[alike] = [strings[i] == strings[j] for i, j in zip(first[alike], second[alike], strict=True)]
        return scores, exact

    def _rows(self, places: Places) -> Places:
        return np.searchsorted(self._old_places, places)

    def _texts_at(self, places: Places) -> pa.Array[Any]:
        """Return texts at ascending places: old ones come first."""
        old = self._old.column("text").take(self._rows(places[places < self._num_old]))
        new = places[places >= self._num_old] - self._num_old
        where = [self._arrival.column(name).to_numpy()[new].astype(np.int64) for name in ("file", "row")]
        fresh = take_texts(self._texts, where[0], where[1], ["text"]).column("text")
        return pa.concat_arrays([*old.chunks, *fresh.chunks, pa.array([], pa.string())])


def similarities(texts: Any, first: Places, second: Places, shingle_words: int, compiled: bool) -> Scores:
    """Return the Jaccard similarity of the shingle sets of texts, pair by pair; two empty sets are equal."""
    if compiled and importlib.util.find_spec("numba"):
        from tasks.dedup.kernel import compiled_sets, compiled_similarities

        return compiled_similarities(*compiled_sets(texts, shingle_words), first, second)
    hashes, offsets = shingle_sets(texts.to_pylist(), shingle_words)
    sets = np.split(hashes, offsets[1:-1])
    return np.array([jaccard(sets[i], sets[j]) for i, j in zip(first, second, strict=True)])


def shingle_sets(texts: Sequence[str], shingle_words: int) -> tuple[Hashes, Offsets]:
    """Return each text's distinct shingles, sorted, one after another, and where each text's start."""
    sets: list[Hashes] = [np.zeros(0, np.uint64)]
    for first in range(0, len(texts), 256):
        hashes, offsets = shingle_hashes(texts[first : first + 256], shingle_words)
        bounds = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        sets.extend(np.unique(hashes[start:end]) for start, end in bounds)
    return np.concatenate(sets), np.cumsum([0, *map(len, sets[1:])])


def jaccard(own: Hashes, other: Hashes) -> float:
    """Return the Jaccard similarity of two sorted sets."""
    if not len(own) or not len(other):
        return float(len(own) == len(other))
    found = own[np.minimum(np.searchsorted(own, other), len(own) - 1)] == other
    both = int(np.count_nonzero(found))
    return both / (len(own) + len(other) - both)
