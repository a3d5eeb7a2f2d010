"""Bits per byte on held-out documents: a loss no tokenizer can flatter.

Every document is scored alone, from the end token that precedes it in training; one longer than the
context goes through in windows that overlap by half, each token once, with at least half a context before it.

Shapes: B batch, T positions, V vocabulary
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..chat_format import END
from ..shards import Dataset
from ..training.losses import IGNORE, token_losses
from ..transformer import Transformer


@dataclass
class BitsTotals:
    """Loss and bytes of one group of documents."""

    nats: float = 0.0
    num_bytes: int = 0
    num_tokens: int = 0
    num_documents: int = 0


@dataclass(frozen=True)
class Window:
    """A stretch of one document: what the model reads, and from where on its targets count."""

    document: int
    ids: NDArray[np.int64]
    first_scored: int


def bits_per_byte(nats: float, num_bytes: int) -> float:
    """Return a total loss in bits over total UTF-8 bytes.

    Raises:
        ValueError: if there are no bytes.
    """
    if num_bytes <= 0:
        raise ValueError("bits per byte of no text: the held-out split is empty; raise mix.validation_ratio")
    return nats / math.log(2) / num_bytes


def score_documents(
    model: Transformer, dataset: Dataset, num_bytes_V: NDArray[np.int32], batch_sequences: int, limit: int = 0
) -> dict[str, BitsTotals]:
    """Return the totals of each group, by group name in order; special tokens count nowhere.

    Args:
        model: in evaluation mode.
        dataset: the held-out split.
        num_bytes_V: UTF-8 bytes of each token id.
        batch_sequences: windows scored at once.
        limit: most documents scored, evenly spread over the split; 0 is all.
    """
    chosen = _spread(len(dataset.documents), limit)
    losses: dict[int, float] = dict.fromkeys(chosen, 0.0)
    windows = [
        window for document in chosen for window in windows_of(dataset, document, model.config.context_length)
    ]
    device = model.embedding.weight.device
    bytes_V = torch.from_numpy(num_bytes_V.astype(np.int64)).to(device)
    for batch in _batches(windows, batch_sequences):
        ids_BT, targets_BT = _padded(batch, device)
        losses_BT = token_losses(model, ids_BT, targets_BT).double()
        losses_BT = losses_BT * (bytes_V[targets_BT.clamp(min=0)] > 0)
        for window, nats in zip(batch, losses_BT.sum(1).tolist(), strict=True):
            losses[window.document] += nats
    totals: dict[str, BitsTotals] = {}
    for document in chosen:
        row = dataset.documents[document]
        group = totals.setdefault(dataset.description.groups[row["group"]].name, BitsTotals())
        group.nats += losses[document]
        group.num_bytes += int(row["num_bytes"])
        group.num_tokens += int(row["length"])
        group.num_documents += 1
    return dict(sorted(totals.items()))


def windows_of(dataset: Dataset, document: int, context_length: int) -> Iterator[Window]:
    """Yield a document's windows; each of its tokens is a scored target of exactly one."""
    ids = np.concatenate([[END], dataset.tokens(document)]).astype(np.int64)
    begin, scored = 0, 1
    while scored < len(ids):
        end = min(begin + context_length + 1, len(ids))
        yield Window(document, ids[begin:end], scored - begin)
        scored = end
        begin = end - 1 - context_length // 2


def _padded(batch: Sequence[Window], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(len(window.ids) for window in batch) - 1
    ids_BT = np.full((len(batch), length), END, dtype=np.int64)
    targets_BT = np.full((len(batch), length), IGNORE, dtype=np.int64)
    for row, window in enumerate(batch):
        size = len(window.ids) - 1
        ids_BT[row, :size] = window.ids[:-1]
        targets_BT[row, window.first_scored - 1 : size] = window.ids[window.first_scored :]
    return torch.from_numpy(ids_BT).to(device), torch.from_numpy(targets_BT).to(device)


def _batches(windows: Iterable[Window], size: int) -> Iterator[list[Window]]:
    """Yield windows of like length together, so that little is padding."""
    ordered = sorted(windows, key=lambda window: len(window.ids))
    for begin in range(0, len(ordered), size):
        yield ordered[begin : begin + size]


def _spread(count: int, limit: int) -> list[int]:
    if not limit or limit >= count:
        return list(range(count))
    return [int(position) for position in np.linspace(0, count - 1, limit)]
