"""Deterministic packed batches: every epoch each document once, in an order that only the seed decides.

An epoch is all documents in a seeded order (a document of weight w is there floor(w) times, and once more
with chance w - floor(w)), each followed by the end token, as one long stream. Sequences are cut from the
stream every ``context_length`` tokens, one token longer for the targets, so that no token is lost and each
is predicted once; epochs follow each other without a seam. The state is (epoch, position in its stream).

Shapes: B batch, T positions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from .shards import Dataset


class LoaderState(TypedDict):
    """Where a loader stands, and on what."""

    dataset: str
    seed: int
    epoch: int
    position: int


class PackedLoader:
    """An endless stream of training batches that can stop and go on anywhere."""

    def __init__(self, dataset: Dataset, context_length: int, batch_sequences: int, seed: int):
        """Start at the first token of epoch 0.

        Raises:
            ValueError: if no document has a weight above 0.
        """
        weights = np.array([group.weight for group in dataset.description.groups])
        if not len(dataset.documents) or not (weights[dataset.documents["group"]] > 0).any():
            raise ValueError(
                "the dataset has no training documents of a weight above 0; "
                "crawl or import more, or change mix"
            )
        self.dataset = dataset
        self.context_length = context_length
        self.batch_sequences = batch_sequences
        self.seed = seed
        self._weights = weights[dataset.documents["group"]]
        self._start(epoch=0, position=0)

    def next_batch(self) -> NDArray[np.int64]:
        """Return the next sequences: (B, T + 1), the targets one column after the inputs."""
        length = self.context_length
        tokens = self._peek(self.batch_sequences * length + 1)
        self._advance(self.batch_sequences * length)
        return np.lib.stride_tricks.sliding_window_view(tokens, length + 1)[::length].copy()

    @property
    def tokens_per_batch(self) -> int:
        """Tokens predicted in one batch."""
        return self.batch_sequences * self.context_length

    def state(self) -> LoaderState:
        """Return what `restore` needs to give the same next batch."""
        return {
            "dataset": self.dataset.description.fingerprint,
            "seed": self.seed,
            "epoch": self._epoch,
            "position": self._position,
        }

    def restore(self, state: LoaderState) -> None:
        """Go to where another loader stood.

        Raises:
            ValueError: if that one read another dataset, or had another seed.
        """
        ours = self.state()
        for what, found, needed in (
            ("dataset fingerprint", state["dataset"], ours["dataset"]),
            ("seed", state["seed"], ours["seed"]),
        ):
            if found != needed:
                raise ValueError(
                    f"the checkpoint's loader state has {what} {found!r}, this job has {needed!r}; "
                    "resuming would see other data: start over, or give the job its old inputs"
                )
        self._start(state["epoch"], state["position"])

    def _start(self, epoch: int, position: int) -> None:
        self._epoch = epoch
        self._position = position
        self._order = epoch_order(self._weights, self.seed, epoch)
        # ends[i]: stream position after the i-th document and its end token.
        self._ends = np.cumsum(self.dataset.documents["length"][self._order] + 1)

    def _advance(self, num_tokens: int) -> None:
        self._position += num_tokens
        while self._position >= self._ends[-1]:
            self._start(self._epoch + 1, int(self._position - self._ends[-1]))

    def _peek(self, num_tokens: int) -> NDArray[np.int64]:
        parts: list[NDArray[np.int64]] = []
        missing = num_tokens
        epoch, position, order, ends = self._epoch, self._position, self._order, self._ends
        while missing:
            for part in _stream(self.dataset, order, ends, position):
                parts.append(part[:missing])
                missing -= len(parts[-1])
                if not missing:
                    break
            else:
                epoch, position = epoch + 1, 0
                order = epoch_order(self._weights, self.seed, epoch)
                ends = np.cumsum(self.dataset.documents["length"][order] + 1)
        return np.concatenate(parts)


def epoch_order(weights: NDArray[np.float64], seed: int, epoch: int) -> NDArray[np.int64]:
    """Return document numbers in the order an epoch shows them, repeated by weight; never empty."""
    generator = np.random.default_rng([seed, epoch])
    whole = np.floor(weights)
    times = (whole + (generator.random(len(weights)) < weights - whole)).astype(np.int64)
    if not times.any():
        times[np.argmax(weights)] = 1
    return generator.permutation(np.repeat(np.arange(len(weights)), times))


def packed_sequences(dataset: Dataset, context_length: int, num_sequences: int = 0) -> NDArray[np.int64]:
    """Return a split's tokens in table order, cut into sequences: (N, T + 1), for validation losses.

    The rest that fills no sequence is left out, unless it is all there is. ``num_sequences`` 0 is all.
    """
    needed = num_sequences * context_length + 1 if num_sequences else None
    order = np.arange(len(dataset.documents))
    parts: list[NDArray[np.int64]] = [np.array([dataset.description.end_id], dtype=np.int64)]
    total = 1
    for part in _stream(dataset, order, np.cumsum(dataset.documents["length"] + 1), 0):
        parts.append(part)
        total += len(part)
        if needed and total >= needed:
            break
    tokens = np.concatenate(parts)[:needed]
    length = min(context_length, len(tokens) - 1)
    if length < 1:
        return np.zeros((0, context_length + 1), dtype=np.int64)
    return np.lib.stride_tricks.sliding_window_view(tokens, length + 1)[::length].copy()


def _stream(
    dataset: Dataset, order: NDArray[np.int64], ends: NDArray[np.int64], position: int
) -> Iterator[NDArray[np.int64]]:
    """Yield an epoch's tokens from a position on, one document and its end token at a time."""
    first = int(np.searchsorted(ends, position, side="right"))
    for place in range(first, len(order)):
        document = order[place]
        tokens = np.append(dataset.tokens(document), dataset.description.end_id).astype(np.int64)
        begin = int(ends[place]) - len(tokens)
        yield tokens[max(0, position - begin) :]
