"""Preference tuning: DPO (Rafailov et al., 2023), the initial model as the reference.

Shapes: B pairs, T positions, N = 2B sequences: the chosen answers, then the rejected ones
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  # its name everywhere
from torch import Tensor

from ..checkpoint import load_model, model_digest
from ..config import AlignConfig
from ..job import JobFolder
from ..presets import num_parameters
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .conversations import (
    EpochCursor,
    Example,
    Preference,
    answer_example,
    file_digest,
    pad,
    read_preferences,
)
from .loop import Batch, Trainer
from .losses import move, token_losses
from .precision import autocast, pick_device, set_threads
from .pretrain import refuse_other_vocabulary, training_length

# One pair in this many, by a hash of its id, is held out for the validation figures.
HELD_OUT = 10


@dataclass(frozen=True)
class Pair:
    """Two answers to one prompt, and how likely the reference model finds each (log-probability, nats)."""

    chosen: Example
    rejected: Example
    reference: tuple[float, float] = (0.0, 0.0)

    @property
    def length(self) -> int:
        """Tokens of the longer sequence."""
        return max(len(self.chosen.ids), len(self.rejected.ids))


class Preferences:
    """The objective: mean DPO loss over a batch of pairs."""

    def __init__(
        self,
        pairs: list[Pair],
        validation: list[Pair],
        cursor: EpochCursor,
        config: AlignConfig,
        device: torch.device,
    ):
        """Read batches of ``pairs`` as the cursor says."""
        self.pairs = pairs
        self.validation = validation
        self.cursor = cursor
        self.beta = config.beta
        self.micro_batch = config.micro_batch_sequences or config.batch_sequences
        self.device = device

    def next_batch(self) -> Batch:
        """Return the next pairs of like length."""
        chosen = [self.pairs[number] for number in self.cursor.next()]
        num_tokens = sum(len(pair.chosen.ids) + len(pair.rejected.ids) - 2 for pair in chosen)
        parts = [chosen[i : i + self.micro_batch] for i in range(0, len(chosen), self.micro_batch)]
        return Batch(num_tokens, [self._share(part, len(chosen)) for part in parts])

    def validate(self, model: Transformer) -> dict[str, float | None]:
        """Return the mean DPO loss on held-out pairs, and the share where the chosen answer gained more."""
        if not self.validation:
            return {}
        margins = [
            margin
            for begin in range(0, len(self.validation), self.micro_batch)
            for margin in self._margins(model, self.validation[begin : begin + self.micro_batch]).tolist()
        ]
        loss = float(dpo_loss(torch.tensor(margins, dtype=torch.float64)).mean())
        return {
            "validation_loss_nats": loss,
            "validation_accuracy": sum(m > 0 for m in margins) / len(margins),
        }

    def state(self) -> dict[str, Any]:
        """Return the cursor's state."""
        return dict(self.cursor.state())

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the cursor's state."""
        self.cursor.restore(state)

    def _share(self, pairs: Sequence[Pair], num_pairs: int) -> Callable[[Transformer], Tensor]:
        def share(model: Transformer) -> Tensor:
            return dpo_loss(self._margins(model, pairs)).sum() / num_pairs

        return share

    def _margins(self, model: Transformer, pairs: Sequence[Pair]) -> Tensor:
        logp_2B = answer_log_probabilities(model, pairs, self.device)
        reference_2B = torch.tensor([pair.reference for pair in pairs], device=self.device).T
        gained_2B = logp_2B - reference_2B
        return self.beta * (gained_2B[0] - gained_2B[1])


def dpo_loss(margins: Tensor) -> Tensor:
    """Return each pair's loss: -log sigmoid of beta times how much more the chosen answer gained."""
    return -F.logsigmoid(margins)


def answer_log_probabilities(model: Transformer, pairs: Sequence[Pair], device: torch.device) -> Tensor:
    """Return the log-probability of the chosen and the rejected answers: (2, B)."""
    ids_NT, targets_NT = pad([pair.chosen for pair in pairs] + [pair.rejected for pair in pairs])
    losses_NT = token_losses(model, move(ids_NT, device), move(targets_NT, device))
    return -losses_NT.sum(1).view(2, len(pairs))


def run_align(job: JobFolder, config: AlignConfig) -> None:
    """Tune the model in the init channel on the job's preference pairs, into its model folder.

    Raises:
        Stopped: if the stop signal came; a checkpoint is saved.
        ValueError: if an input is missing or unusable, or no pair fits the context.
    """
    set_threads(config.num_threads)
    device = pick_device()
    init = job.channel("init")
    tokenizer = Tokenizer.load(init)
    model = load_model(init, device)
    refuse_other_vocabulary(model, tokenizer)
    path = job.channel("conversations") / "preferences.jsonl"
    rows = read_preferences(path)
    pairs = [(row.id, _pair(row, tokenizer)) for row in rows]
    fitting = [(id_, pair) for id_, pair in pairs if pair.length <= training_length(config, model) + 1]
    train = [pair for id_, pair in fitting if not _held_out(id_)]
    if not train:
        raise ValueError(
            f"{path} has no pair to learn from ({len(rows)} read, {len(rows) - len(fitting)} too long)"
        )
    validation = [pair for id_, pair in fitting if _held_out(id_)][: config.validation_sequences or None]
    train, validation = (with_reference(model, part, config, device) for part in (train, validation))
    cursor = EpochCursor(
        [pair.length for pair in train], config.batch_sequences, config.seed, file_digest(path)
    )
    objective = Preferences(train, validation, cursor, config, device)
    num_steps = config.num_steps or config.num_epochs * cursor.batches_per_epoch
    provenance = {
        "job": "align",
        "dataset": cursor.fingerprint,
        "init": model_digest(init),
        "num_parameters": num_parameters(model.config),
        "num_pairs": len(train),
        "dropped": {"too_long": len(rows) - len(fitting)},
    }
    Trainer(job, config, model, tokenizer, objective, num_steps, provenance).run()


def with_reference(
    model: Transformer, pairs: list[Pair], config: AlignConfig, device: torch.device
) -> list[Pair]:
    """Return pairs with the model's own log-probabilities as the reference."""
    known: list[Pair] = []
    for begin in range(0, len(pairs), config.batch_sequences):
        part = pairs[begin : begin + config.batch_sequences]
        with torch.no_grad(), autocast(device, config.precision):
            logp_B2 = answer_log_probabilities(model, part, device).T.tolist()
        known += [
            Pair(p.chosen, p.rejected, (logp[0], logp[1])) for p, logp in zip(part, logp_B2, strict=True)
        ]
    return known


def _pair(row: Preference, tokenizer: Tokenizer) -> Pair:
    chosen, rejected = (
        answer_example(row.prompt, answer, tokenizer) for answer in (row.chosen, row.rejected)
    )
    return Pair(chosen, rejected)


def _held_out(id_: str) -> bool:
    return int.from_bytes(hashlib.sha256(id_.encode("utf-8")).digest()[:8], "big") % HELD_OUT == 0
