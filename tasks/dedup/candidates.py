"""Which earlier documents a new one is compared with: the first 64 that ever came into one of its buckets.

A bucket is all documents with one key. One key column at a time is in memory, and of earlier snapshots one
file's; pairs are written in the order of their later documents, so that ranges of them can be read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.counts import Counts
from tasks.dedup.arrival import in_arrival_order
from tasks.dedup.band_index import PAGE_KEY, read_keys
from tasks.dedup.config import DedupConfig
from tasks.dedup.shingles import Hashes

Places = NDArray[np.int64]
Pairs = NDArray[np.uint32]  # (pairs, 2): later place, earlier place

# New documents of a column whose pairs are made at once: with 64 candidates each, 64 MB.
CHUNK_DOCUMENTS = 2**16
# A table of bits tells which of the old keys may be a new document's: 64 bits for each new key, so that one
# old key in 64 is looked up for nothing.
BITS_PER_KEY, FEWEST_BITS, MOST_BITS = 6, 16, 26


def find_candidates(
    names: Sequence[str], keys: Sequence[Path], arrival: Path, index: Sequence[Path], config: DedupConfig,
    out: Path,
) -> Counts:  # fmt: skip
    """Write for each key column ``<name>.npy``, this snapshot's keys in arrival order, and
    ``<name>-pairs.npy``, its candidate pairs.

    Args:
        index: ``index.parquet`` of every earlier snapshot, oldest first.
    """
    num_pairs = 0
    for name in names:
        new = in_arrival_order(keys, arrival, name)
        old = (read_keys(path, config, [name]).column(name).to_numpy() for path in index)
        num_old = sum(pq.read_metadata(path).num_rows for path in index)
        limit = 1 if name == PAGE_KEY else config.max_candidates
        with (out / f"{name}-pairs.npy").open("wb") as file:
            for part in bucket_pairs(old, num_old, new, limit):
                part.tofile(file)
                num_pairs += len(part)
        np.save(out / f"{name}.npy", new)
    return Counts(0, 0, extra={"candidate_pairs": num_pairs})


def read_pairs(path: Path, start: int, end: int) -> Pairs:
    """Return the pairs of a column whose later documents lie in [start, end)."""
    if not path.stat().st_size:
        return np.zeros((0, 2), np.uint32)
    pairs = np.memmap(path, dtype=np.uint32, mode="r").reshape(-1, 2)
    first, last = np.searchsorted(pairs[:, 0], np.array([start, end], dtype=np.uint32))
    return np.array(pairs[first:last])


def bucket_pairs(old: Iterable[Hashes], num_old: int, new: Hashes, limit: int) -> Iterator[Pairs]:
    """Yield candidate pairs (later, earlier), by later document and then by earlier one.

    Places count old documents first, then new ones, in arrival order; every later one is new.

    Args:
        old: the keys of earlier snapshots, oldest first. limit: how many of a bucket's first members count.
    """
    known_places, known_keys = _known(old, new)
    places = np.concatenate([known_places, num_old + np.arange(len(new))])
    keys = np.concatenate([known_keys, new])
    order = np.argsort(keys, kind="stable")  # stable: within a bucket, arrival order
    keys = keys[order]
    fresh = np.concatenate([[True], keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, bool)
    starts = np.flatnonzero(fresh)
    bucket_start = np.repeat(starts, np.diff(np.append(starts, len(keys))))
    rank = np.arange(len(keys)) - bucket_start
    shared = np.flatnonzero((rank > 0) & (places[order] >= num_old))
    shared = shared[np.argsort(places[order[shared]])]  # by later document
    num_candidates = np.minimum(rank[shared], limit)
    for first in range(0, len(shared), CHUNK_DOCUMENTS):
        later = shared[first : first + CHUNK_DOCUMENTS]
        counts = num_candidates[first : first + CHUNK_DOCUMENTS]
        nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        earlier = np.repeat(bucket_start[later], counts) + nth
        pairs = np.empty((len(earlier), 2), np.uint32)
        pairs[:, 0] = np.repeat(places[order[later]], counts)
        pairs[:, 1] = places[order[earlier]]
        yield pairs


def _known(old: Iterable[Hashes], new: Hashes) -> tuple[Places, Hashes]:
    """Return places and keys of the old documents that share a key with a new one."""
    wanted = np.unique(new)
    bits = min(max(FEWEST_BITS, len(wanted).bit_length() + BITS_PER_KEY), MOST_BITS)
    mask = np.uint64((1 << bits) - 1)
    may_be = np.zeros(1 << bits, dtype=bool)
    may_be[(wanted & mask).astype(np.int64)] = True
    places: list[Any] = [np.zeros(0, np.int64)]
    keys: list[Any] = [np.zeros(0, np.uint64)]
    start = 0
    for part in old:
        hits = np.flatnonzero(may_be[(part & mask).astype(np.int64)])
        nearest = np.searchsorted(wanted, part[hits])
        hits = hits[wanted[np.minimum(nearest, len(wanted) - 1)] == part[hits]] if len(wanted) else hits[:0]
        places.append(start + hits)
        keys.append(part[hits])
        start += len(part)
    return np.concatenate(places), np.concatenate(keys)
