"""MinHash signatures (Broder 1997) and their bands, in datasketch 2.0's scheme ``affine32``, bit for bit.

A shingle's 32-bit hash is finalized once (MurmurHash3 fmix32); permutation k maps it to a_k * h + b_k mod
2^32 with a_k odd; the signature keeps each permutation's least value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.shingles import Hashes, Offsets, mix64, shingle_hashes

BAND_SEED = 0x9E3779B97F4A7C15
# Texts hashed together: enough to amortize numpy's calls, few enough to stay in the cache.
BATCH_TEXTS = 64

Signatures = NDArray[np.uint32]
Permutations = tuple[NDArray[np.uint32], NDArray[np.uint32]]


def permutations(num_permutations: int, seed: int) -> Permutations:
    """Return (a, b), drawn as datasketch draws them."""
    generator = np.random.RandomState(seed)
    a = generator.randint(0, 1 << 31, num_permutations, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, num_permutations, dtype=np.uint32)
    return a, b


def fmix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return MurmurHash3's 32-bit finalizer of each value."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def signatures(texts: Sequence[str], shingle_words: int, chosen: Permutations) -> Signatures:
    """Return one row per text; a text without words has the greatest value everywhere."""
    rows = [
        sign_shingles(*shingle_hashes(texts[start : start + BATCH_TEXTS], shingle_words), chosen)
        for start in range(0, len(texts), BATCH_TEXTS)
    ]
    return np.concatenate(rows) if rows else np.zeros((0, len(chosen[0])), dtype=np.uint32)


def sign_shingles(hashes: Hashes, offsets: Offsets, chosen: Permutations) -> Signatures:
    """Return the signatures of shingle sets given as one array and where each set starts."""
    a, b = chosen
    mixed = fmix32((hashes >> np.uint64(32)).astype(np.uint32))
    found = np.full((len(offsets) - 1, len(a)), 0xFFFFFFFF, dtype=np.uint32)
    for row, (start, end) in enumerate(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)):
        if end > start:
            values = np.multiply.outer(a, mixed[start:end])
            values += b[:, None]
            values.min(axis=1, out=found[row])
    return found


def band_keys(found: Signatures, num_bands: int, rows_per_band: int) -> Hashes:
    """Return an array (bands, documents): a 64-bit key of the rows of each band, different from band
    to band.
    """
    keys = np.empty((num_bands, len(found)), dtype=np.uint64)
    for band in range(num_bands):
        key = np.full(len(found), BAND_SEED * (band + 1) % 2**64, dtype=np.uint64)
        for row in range(band * rows_per_band, (band + 1) * rows_per_band):
            key = mix64(key ^ found[:, row].astype(np.uint64)) + np.uint64(BAND_SEED)
        keys[band] = key
    return keys
