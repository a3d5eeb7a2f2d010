"""Scoring many continuations that begin alike: the common beginning goes through the model once.

Shapes: B batch, T positions, L layers, K key/value heads, S positions seen, D head_dim
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from ..chat_format import PAD
from ..transformer import KVCache, Transformer

# Continuations scored in one pass: 64 rows of 20 tokens keep two cores busy and the cache small.
MAX_ROWS = 64


@dataclass(frozen=True)
class Continuation:
    """A prompt and what may follow it, as ids."""

    prompt: tuple[int, ...]
    ids: tuple[int, ...]


def continuation_losses(model: Transformer, rows: Sequence[Continuation]) -> list[float]:
    """Return the summed loss in nats of each row's ids after its prompt.

    Rows are scored together: pass those that share a long beginning, such as a page. A prompt that leaves
    no room in the context is cut at its beginning.
    """
    fitted = [_fit(row, model.config.context_length) for row in rows]
    shared = _shared_length([row.prompt for row in fitted])
    device = model.embedding.weight.device
    prefix = model.new_cache(1, shared) if shared else None
    if prefix is not None:
        model.hidden(torch.tensor([fitted[0].prompt[:shared]], device=device), prefix)
    losses: list[float] = []
    for begin in range(0, len(fitted), MAX_ROWS):
        losses += _suffix_losses(model, prefix, shared, fitted[begin : begin + MAX_ROWS])
    return losses


def fork_cache(model: Transformer, cache: KVCache, batch: int, max_length: int) -> KVCache:
    """Return a cache of ``batch`` sequences that all begin as the one sequence in ``cache``."""
    copy = model.new_cache(batch, max_length)
    copy.keys_LBKSD[:, :, :, : cache.length] = cache.keys_LBKSD[:, :, :, : cache.length]
    copy.values_LBKSD[:, :, :, : cache.length] = cache.values_LBKSD[:, :, :, : cache.length]
    copy.length = cache.length
    return copy


def _suffix_losses(
    model: Transformer, prefix: KVCache | None, shared: int, rows: Sequence[Continuation]
) -> list[float]:
    suffixes = [(*row.prompt, *row.ids)[shared:] for row in rows]
    length = max(len(suffix) for suffix in suffixes) - 1
    device = model.embedding.weight.device
    ids_BT = torch.full((len(rows), length), PAD, dtype=torch.int64)
    scored_BT = torch.zeros((len(rows), length), dtype=torch.bool)
    targets_BT = torch.full((len(rows), length), PAD, dtype=torch.int64)
    for number, (row, suffix) in enumerate(zip(rows, suffixes, strict=True)):
        size = len(suffix) - 1
        ids_BT[number, :size] = torch.tensor(suffix[:-1])
        targets_BT[number, :size] = torch.tensor(suffix[1:])
        scored_BT[number, size - len(row.ids) : size] = True
    cache = fork_cache(model, prefix, len(rows), shared + length) if prefix is not None else None
    hidden_BTC = model.hidden(ids_BT.to(device), cache)
    logits_NV = model.logits(hidden_BTC[scored_BT.to(device)]).float()
    losses_N = functional.cross_entropy(logits_NV, targets_BT[scored_BT].to(device), reduction="none")
    losses_BT = torch.zeros((len(rows), length), dtype=torch.float64)
    losses_BT[scored_BT] = losses_N.double().cpu()
    return [float(loss) for loss in losses_BT.sum(1)]


def _fit(row: Continuation, context_length: int) -> Continuation:
    room = context_length + 1 - len(row.ids)
    if room < 1:
        raise ValueError(
            f"an answer of {len(row.ids)} tokens does not fit the context of {context_length}; "
            "ask something shorter"
        )
    return Continuation(row.prompt[-room:], row.ids)


def _shared_length(prompts: Sequence[tuple[int, ...]]) -> int:
    """Return how many first ids all prompts share, at least one id short of the shortest."""
    shortest = min(len(prompt) for prompt in prompts) - 1
    first = prompts[0]
    for position in range(shortest):
        if any(prompt[position] != first[position] for prompt in prompts):
            return position
    return max(shortest, 0)
