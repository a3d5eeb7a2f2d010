"""Losses over targets, in nats; targets of -100 count nowhere.

Shapes: B batch, T positions, C d_model, V vocabulary, N scored targets
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  # its name everywhere
from torch import Tensor

from ..transformer import Transformer

IGNORE = -100


@dataclass
class LossTotals:
    """Sums from which a mean loss and bits per byte follow."""

    nats: float = 0.0
    num_targets: int = 0
    byte_nats: float = 0.0
    num_bytes: int = 0

    def figures(self) -> dict[str, float | None]:
        """Return loss per target in nats, and bits per UTF-8 byte; None where nothing was scored."""
        return {
            "validation_loss_nats": self.nats / self.num_targets if self.num_targets else None,
            "validation_bits_per_byte": self.byte_nats / math.log(2) / self.num_bytes
            if self.num_bytes
            else None,
        }


def summed_loss(model: Transformer, ids_BT: Tensor, targets_BT: Tensor) -> Tensor:
    """Return the total loss over a batch's targets: only positions with one pass through the head."""
    hidden_BTC = model.hidden(ids_BT)
    scored_BT = targets_BT != IGNORE
    if not bool(scored_BT.all()):
        hidden_BTC, targets_BT = hidden_BTC[scored_BT], targets_BT[scored_BT]
    logits_NV = model.logits(hidden_BTC).flatten(0, -2)
    return F.cross_entropy(logits_NV.float(), targets_BT.flatten(), reduction="sum")


def token_losses(model: Transformer, ids_BT: Tensor, targets_BT: Tensor) -> Tensor:
    """Return the loss at each position: (B, T), 0 where there is no target."""
    logits_BTV = model.logits(model.hidden(ids_BT)).float()
    return F.cross_entropy(logits_BTV.transpose(1, 2), targets_BT, reduction="none", ignore_index=IGNORE)


def add_losses(
    totals: LossTotals, model: Transformer, ids_BT: Tensor, targets_BT: Tensor, num_bytes_V: Tensor
) -> None:
    """Add a batch's losses to running totals; targets without bytes count per target, not per byte."""
    losses_BT = token_losses(model, ids_BT, targets_BT).double()
    num_bytes_BT = num_bytes_V[targets_BT.clamp(min=0)] * (targets_BT != IGNORE)
    totals.nats += float(losses_BT.sum())
    totals.num_targets += int((targets_BT != IGNORE).sum())
    totals.byte_nats += float(losses_BT[num_bytes_BT > 0].sum())
    totals.num_bytes += int(num_bytes_BT.sum())


def split_sequences(sequences_BT: Tensor) -> tuple[Tensor, Tensor]:
    """Return inputs and next-token targets of sequences one token longer than the context."""
    return sequences_BT[:, :-1], sequences_BT[:, 1:].contiguous()


def move(tensor: Tensor, device: torch.device) -> Tensor:
    """Return a batch on the device, without waiting for the copy."""
    return tensor if device.type == "cpu" else tensor.pin_memory().to(device, non_blocking=True)
