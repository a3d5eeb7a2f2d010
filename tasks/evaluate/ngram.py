"""The reference every model must beat: an order-5 byte n-gram model with back-off.

Each byte is predicted from up to five before it, orders interpolated after Witten and Bell (1991): what a
context has not seen goes to the context one byte shorter, down to a uniform byte. A proper distribution at
every context, so bits per byte are comparable with a model's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDER = 5
NUM_BYTES = 256

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Counts:
    """What followed each context of one length: sorted keys, so that looking up is a binary search."""

    pairs: Keys
    pair_counts: Floats
    contexts: Keys
    totals: Floats
    distinct: Floats


class NgramModel:
    """Byte statistics of a training text."""

    def __init__(self, texts: Iterable[str], order: int = ORDER):
        """Count every context of up to ``order`` bytes; contexts do not reach across texts.

        Raises:
            ValueError: if the order does not fit the keys, or there is no text.
        """
        if not 0 <= order <= 7:
            raise ValueError(f"got order {order}; needed 0 to 7, since a context and its byte share 64 bits")
        self.order = order
        documents = [np.frombuffer(text.encode(), dtype=np.uint8) for text in texts]
        if not any(len(document) for document in documents):
            raise ValueError(
                "the n-gram reference got no training text; look at what mix left in the training split"
            )
        self._counts = [_count(documents, length) for length in range(order + 1)]

    def probabilities(self, data: bytes) -> Floats:
        """Return the probability of each byte of a text, given those before it."""
        text = np.frombuffer(data, dtype=np.uint8)
        found = np.full(len(text), 1.0 / NUM_BYTES)
        for length, counts in enumerate(self._counts):
            # The first bytes of a text have no context this long: they keep the shorter one's estimate.
            keys = _keys(text, length)
            found[length:] = _interpolated(counts, keys, found[length:])
        return found

    def bits(self, text: str) -> float:
        """Return how many bits a text costs."""
        return float(-np.log2(self.probabilities(text.encode())).sum()) if text else 0.0


def ngram_bits_per_byte(train: Iterable[str], held_out: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return bits per byte of held-out (group, text) pairs, ``overall`` and by group in order.

    Raises:
        ValueError: if either side has no text.
    """
    model = NgramModel(train)
    bits: dict[str, float] = defaultdict(float)
    num_bytes: dict[str, int] = defaultdict(int)
    for group, text in held_out:
        bits[group] += model.bits(text)
        num_bytes[group] += len(text.encode())
    if not sum(num_bytes.values()):
        raise ValueError("the n-gram reference got no held-out text; raise mix.validation_ratio")
    named = {group: bits[group] / num_bytes[group] for group in sorted(bits) if num_bytes[group]}
    overall = math.fsum(bits.values()) / sum(num_bytes.values())
    return {name: round(value, 4) for name, value in {"overall": overall, **named}.items()}


def capped(texts: Iterable[str], max_bytes: int) -> Iterable[str]:
    """Yield texts in order until they make up ``max_bytes`` of UTF-8."""
    used = 0
    for text in texts:
        used += len(text.encode())
        yield text
        if used >= max_bytes:
            return


def _keys(text: NDArray[np.uint8], length: int) -> Keys:
    """Return, for each byte that has ``length`` bytes before it, context and byte packed into one integer."""
    if len(text) <= length:
        return np.zeros(0, dtype=np.uint64)
    keys = np.zeros(len(text) - length, dtype=np.uint64)
    for offset in range(length + 1):
        keys = (keys << np.uint64(8)) | text[offset : len(text) - length + offset].astype(np.uint64)
    return keys


def _count(documents: list[NDArray[np.uint8]], length: int) -> _Counts:
    keys = np.concatenate([_keys(document, length) for document in documents])
    pairs, pair_counts = np.unique(keys, return_counts=True)
    contexts, starts, distinct = np.unique(pairs >> np.uint64(8), return_index=True, return_counts=True)
    totals = np.add.reduceat(pair_counts, starts) if len(starts) else pair_counts
    return _Counts(
        pairs,
        pair_counts.astype(np.float64),
        contexts,
        totals.astype(np.float64),
        distinct.astype(np.float64),
    )


def _interpolated(counts: _Counts, keys: Keys, shorter: Floats) -> Floats:
    """Return (count + distinct * shorter) / (total + distinct), or ``shorter`` where the context is new."""
    pair_count = _look_up(counts.pairs, counts.pair_counts, keys)
    contexts = keys >> np.uint64(8)
    total = _look_up(counts.contexts, counts.totals, contexts)
    distinct = _look_up(counts.contexts, counts.distinct, contexts)
    seen = total > 0
    mixed = (pair_count + distinct * shorter) / np.where(seen, total + distinct, 1.0)
    return np.where(seen, mixed, shorter)


def _look_up(keys: Keys, values: Floats, wanted: Keys) -> Floats:
    if not len(keys):
        return np.zeros(len(wanted))
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[places] == wanted, values[places], 0.0)
