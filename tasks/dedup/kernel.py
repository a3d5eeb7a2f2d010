"""The same signatures from one compiled loop over the UTF-8 bytes (numba), several times as fast as numpy.

Compiling takes seconds the first time, so it is for large shards; the tests hold it to numpy's bits.
Arguments of compiled functions are arrays and numbers; numba infers their types, so they stand as Any.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.dedup.code_points import lowered_words
from tasks.dedup.minhash import Permutations, Signatures
from tasks.dedup.shingles import FNV_OFFSET, FNV_PRIME, MIX_1, MIX_2, SHINGLE_BASE

Function = TypeVar("Function", bound=Callable[..., Any])
# Permutations computed together: their state fits the vector registers.
BLOCK = 64
_U = np.uint64
OFFSET, PRIME, BASE, M1, M2 = _U(FNV_OFFSET), _U(FNV_PRIME), _U(SHINGLE_BASE), _U(MIX_1), _U(MIX_2)
S27, S30, S31, S32 = _U(27), _U(30), _U(31), _U(32)


def compiled(function: Function) -> Function:
    """Return the function compiled; kept on disk where the disk lets us, else compiled in each process."""
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # numba found no folder it may write to
        return cast(Function, numba.njit(nogil=True)(function))


@compiled
def _mix64(value: Any) -> Any:
    value = (value ^ (value >> S30)) * M1
    value = (value ^ (value >> S27)) * M2
    return value ^ (value >> S31)


@compiled
def _words(data: Any, start: Any, end: Any, lowered: Any, hashes: Any) -> Any:
    """Hash the words of data[start:end] into ``hashes``; return how many there are."""
    found = 0
    hash_ = OFFSET
    inside = False
    place = start
    while place < end:
        lead = np.uint32(data[place])
        code = lead
        size = 1
        if lead >= 0xF0:
            code, size = lead & np.uint32(7), 4
        elif lead >= 0xE0:
            code, size = lead & np.uint32(15), 3
        elif lead >= 0xC0:
            code, size = lead & np.uint32(31), 2
        for more in range(1, size):
            code = (code << np.uint32(6)) | (np.uint32(data[place + more]) & np.uint32(63))
        place += size
        character = lowered[code]
        if character:
            hash_ = (hash_ ^ np.uint64(character)) * PRIME
            inside = True
        elif inside:
            hashes[found] = _mix64(hash_)
            found += 1
            hash_ = OFFSET
            inside = False
    if inside:
        hashes[found] = _mix64(hash_)
        found += 1
    return found


@compiled
def _shingles(words: Any, num_words: Any, shingle_words: Any, hashes: Any) -> Any:
    """Hash the shingles, finalized to 32 bits, into ``hashes``; return how many there are."""
    if num_words == 0:
        return 0
    run = np.uint64(0)
    power = np.uint64(1)
    for place in range(min(num_words, shingle_words)):
        run = run * BASE + words[place]
        power *= BASE
    found = max(1, num_words - shingle_words + 1)
    for place in range(found):
        if place:
            run = run * BASE + words[place + shingle_words - 1] - power * words[place - 1]
        value = np.uint32(_mix64(run) >> S32)
        value ^= value >> np.uint32(16)
        value = np.uint32(value * np.uint32(0x85EBCA6B))
        value ^= value >> np.uint32(13)
        value = np.uint32(value * np.uint32(0xC2B2AE35))
        hashes[place] = value ^ (value >> np.uint32(16))
    return found


@compiled
def _sign(data: Any, offsets: Any, shingle_words: Any, a: Any, b: Any, lowered: Any, found: Any) -> None:
    """Fill one signature per text; ``a``, ``b`` and the rows of ``found`` are padded to whole blocks."""
    capacity = 1024
    words = np.empty(capacity, np.uint64)
    hashes = np.empty(capacity, np.uint32)
    least = np.empty(BLOCK, np.uint32)
    for text in range(offsets.size - 1):
        needed = (offsets[text + 1] - offsets[text]) // 2 + 2
        if needed > capacity:
            capacity = needed * 2
            words = np.empty(capacity, np.uint64)
            hashes = np.empty(capacity, np.uint32)
        num_words = _words(data, offsets[text], offsets[text + 1], lowered, words)
        num_shingles = _shingles(words, num_words, shingle_words, hashes)
        for first in range(0, a.size, BLOCK):
            block_a = a[first : first + BLOCK]
            block_b = b[first : first + BLOCK]
            for k in range(BLOCK):
                least[k] = np.uint32(0xFFFFFFFF)
            for shingle in range(num_shingles):
                value = hashes[shingle]
                for k in range(BLOCK):
                    least[k] = min(least[k], np.uint32(block_a[k] * value + block_b[k]))
            for k in range(BLOCK):
                found[text, first + k] = least[k]


@compiled
def _sets(data: Any, offsets: Any, shingle_words: Any, lowered: Any, hashes: Any, starts: Any) -> Any:
    """Fill ``hashes`` with each text's distinct 64-bit shingles, sorted, and ``starts``; return how many."""
    capacity = 1024
    words = np.empty(capacity, np.uint64)
    filled = 0
    for text in range(offsets.size - 1):
        needed = (offsets[text + 1] - offsets[text]) // 2 + 2
        if needed > capacity:
            capacity = needed * 2
            words = np.empty(capacity, np.uint64)
        num_words = _words(data, offsets[text], offsets[text + 1], lowered, words)
        starts[text] = filled
        if num_words == 0:
            continue
        run = np.uint64(0)
        power = np.uint64(1)
        for place in range(min(num_words, shingle_words)):
            run = run * BASE + words[place]
            power *= BASE
        first = filled
        for place in range(max(1, num_words - shingle_words + 1)):
            if place:
                run = run * BASE + words[place + shingle_words - 1] - power * words[place - 1]
            hashes[filled] = _mix64(run)
            filled += 1
        ordered = np.sort(hashes[first:filled])
        filled = first
        for place in range(ordered.size):
            if place == 0 or ordered[place] != ordered[place - 1]:
                hashes[filled] = ordered[place]
                filled += 1
    starts[offsets.size - 1] = filled
    return filled


@compiled
def _similarities(hashes: Any, starts: Any, first: Any, second: Any, found: Any) -> None:
    """Fill the Jaccard similarity of pairs of sorted sets."""
    for pair in range(first.size):
        i, i_end = starts[first[pair]], starts[first[pair] + 1]
        j, j_end = starts[second[pair]], starts[second[pair] + 1]
        either = (i_end - i) + (j_end - j)
        both = 0
        while i < i_end and j < j_end:
            if hashes[i] == hashes[j]:
                both += 1
                i += 1
                j += 1
            elif hashes[i] < hashes[j]:
                i += 1
            else:
                j += 1
        found[pair] = both / (either - both) if either else 1.0


def compiled_sets(texts: Any, shingle_words: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return what ``verify.shingle_sets`` returns, straight from Arrow's buffers."""
    data, offsets = _buffers(texts)
    hashes = np.empty(len(data) // 2 + 2 * len(offsets), dtype=np.uint64)
    starts = np.zeros(len(offsets), dtype=np.int64)
    filled = cast(Any, _sets)(data, offsets, shingle_words, lowered_words(), hashes, starts)
    return hashes[:filled], starts


def compiled_similarities(
    hashes: NDArray[np.uint64], starts: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the Jaccard similarity of pairs of the sets that ``compiled_sets`` returns."""
    found = np.empty(len(first), dtype=np.float64)
    cast(Any, _similarities)(hashes, starts, first, second, found)
    return found


def compiled_signatures(
    texts: pa.ChunkedArray[pa.StringScalar], shingle_words: int, chosen: Permutations
) -> Signatures:
    """Return what ``minhash.signatures`` returns, straight from Arrow's buffers."""
    if len(texts) == 0:
        return np.zeros((0, len(chosen[0])), dtype=np.uint32)
    data, offsets = _buffers(texts)
    num_permutations = len(chosen[0])
    a, b = _padded(chosen[0]), _padded(chosen[1])
    found = np.empty((len(texts), len(a)), dtype=np.uint32)
    cast(Any, _sign)(data, offsets, shingle_words, a, b, lowered_words(), found)
    return found[:, :num_permutations].copy()


def _buffers(texts: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of texts and where each text's start, one more at the end."""
    whole = texts.cast(pa.large_string())
    array = pa.concat_arrays(whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole])  # offset 0
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.asarray(memoryview(cast(Any, offset_buffer))).view(np.int64)[: len(array) + 1]
    return np.asarray(memoryview(cast(Any, data_buffer or pa.py_buffer(b"")))).view(np.uint8), offsets


def _padded(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return np.concatenate([values, np.ones(-len(values) % BLOCK, dtype=np.uint32)])
