"""Which earlier documents a new one is compared with: the first 64 that ever came into one of its buckets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.shingles import Hashes

Places = NDArray[np.int64]


def bucket_pairs(old: Hashes, new: Hashes, max_candidates: int) -> tuple[Places, Places]:
    """Return (earlier, later) places of one band's candidate pairs; every later one is new.

    A bucket is all documents with one key. Places count old documents first, then new ones, in arrival order.
    """
    known = np.flatnonzero(np.isin(old, new))
    places = np.concatenate([known, len(old) + np.arange(len(new))])
    keys = np.concatenate([old[known], new])
    order = np.argsort(keys, kind="stable")  # stable: within a bucket, arrival order
    places, keys = places[order], keys[order]
    starts = (
        np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, int)
    )
    sizes = np.diff(np.append(starts, len(keys)))
    bucket_start = np.repeat(starts, sizes)
    rank = np.arange(len(keys)) - bucket_start
    num_candidates = np.where(places >= len(old), np.minimum(rank, max_candidates), 0)
    later = np.repeat(np.arange(len(keys)), num_candidates)
    first_pair = np.repeat(np.cumsum(num_candidates) - num_candidates, num_candidates)
    earlier = bucket_start[later] + (np.arange(len(later)) - first_pair)
    return places[earlier], places[later]


def distinct_pairs(parts: list[tuple[Places, Places]], num_documents: int) -> tuple[Places, Places]:
    """Return the pairs of all bands, each once, by later document, then by earlier one."""
    codes = np.unique(np.concatenate([later * num_documents + earlier for earlier, later in parts]))
    return codes % num_documents, codes // num_documents
