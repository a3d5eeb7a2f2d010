"""Supervised fine-tuning: conversations, loss on the assistant's words only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..checkpoint import load_model, model_digest
from ..config import SftConfig
from ..job import JobFolder
from ..presets import num_parameters
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .conversations import EpochCursor, Example, conversation_examples, file_digest, pad, read_conversations
from .loop import Batch, Trainer
from .losses import IGNORE, LossTotals, add_losses, move, summed_loss
from .precision import pick_device, set_threads
from .pretrain import refuse_other_vocabulary, training_length


class Answers:
    """The objective: mean loss over the tokens of the answers in a batch."""

    def __init__(
        self,
        examples: list[Example],
        validation: list[Example],
        cursor: EpochCursor,
        tokenizer: Tokenizer,
        micro_batch: int,
        device: torch.device,
    ):
        """Read batches of ``examples`` as the cursor says."""
        self.examples = examples
        self.validation = validation
        self.cursor = cursor
        self.num_bytes_V = torch.from_numpy(tokenizer.num_bytes_V).to(device)
        self.micro_batch = micro_batch or cursor.batch
        self.device = device

    def next_batch(self) -> Batch:
        """Return the next conversations of like length."""
        chosen = [self.examples[number] for number in self.cursor.next()]
        parts = [pad(chosen[i : i + self.micro_batch]) for i in range(0, len(chosen), self.micro_batch)]
        num_targets = sum(int((targets != IGNORE).sum()) for _, targets in parts)
        num_tokens = sum(len(example.ids) - 1 for example in chosen)
        return Batch(num_tokens, [_share(ids, targets, num_targets, self.device) for ids, targets in parts])

    def validate(self, model: Transformer) -> dict[str, float | None]:
        """Return mean loss and bits per byte over the answers of held-out conversations."""
        if not self.validation:
            return {}
        totals = LossTotals()
        for begin in range(0, len(self.validation), self.micro_batch):
            ids_BT, targets_BT = pad(self.validation[begin : begin + self.micro_batch])
            add_losses(
                totals, model, move(ids_BT, self.device), move(targets_BT, self.device), self.num_bytes_V
            )
        return totals.figures()

    def state(self) -> dict[str, Any]:
        """Return the cursor's state."""
        return dict(self.cursor.state())

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the cursor's state."""
        self.cursor.restore(state)


def run_sft(job: JobFolder, config: SftConfig) -> None:
    """Fine-tune the model in the init channel on the job's conversations, into its model folder.

    Raises:
        Stopped: if the stop signal came; a checkpoint is saved.
        ValueError: if an input is missing or unusable, or no conversation fits the context.
    """
    set_threads(config.num_threads)
    device = pick_device()
    init = job.channel("init")
    tokenizer = Tokenizer.load(init)
    model = load_model(init, device)
    refuse_other_vocabulary(model, tokenizer)
    length = training_length(config, model)
    path = job.channel("conversations") / "train.jsonl"
    examples, dropped = conversation_examples(read_conversations(path), tokenizer, length)
    if not examples:
        raise ValueError(
            f"{path} has no conversation to learn from (dropped: {dropped or 'none, it is empty'})"
        )
    held_out = path.with_name("validation.jsonl")
    validation: list[Example] = []
    if held_out.is_file():
        validation, _ = conversation_examples(read_conversations(held_out), tokenizer, length)
        validation = validation[: config.validation_sequences or None]
    cursor = EpochCursor(
        [len(e.ids) for e in examples], config.batch_sequences, config.seed, file_digest(path)
    )
    objective = Answers(examples, validation, cursor, tokenizer, config.micro_batch_sequences, device)
    num_steps = config.num_steps or config.num_epochs * cursor.batches_per_epoch
    provenance = {
        "job": "sft",
        "dataset": cursor.fingerprint,
        "init": model_digest(init),
        "num_parameters": num_parameters(model.config),
        "num_conversations": len(examples),
        "dropped": dropped,
    }
    Trainer(job, config, model, tokenizer, objective, num_steps, provenance).run()


def _share(
    ids_BT: Tensor, targets_BT: Tensor, num_targets: int, device: torch.device
) -> Callable[[Transformer], Tensor]:
    def share(model: Transformer) -> Tensor:
        return summed_loss(model, move(ids_BT, device), move(targets_BT, device)) / num_targets

    return share
