"""Pretraining: the next token of packed documents."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from ..checkpoint import load_model, model_digest
from ..config import PretrainConfig, TrainingJobConfig
from ..job import JobFolder
from ..packing import LoaderState, PackedLoader, packed_sequences
from ..presets import num_parameters, preset
from ..shards import Dataset, load_dataset
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .loop import Batch, Trainer
from .losses import LossTotals, add_losses, move, split_sequences, summed_loss
from .precision import pick_device, set_threads


class NextToken:
    """The objective: mean loss over every token of packed sequences."""

    def __init__(
        self,
        loader: PackedLoader,
        validation: NDArray[np.int64],
        num_bytes_V: NDArray[np.int32],
        micro_batch: int,
        device: torch.device,
    ):
        """Read batches from ``loader``; validate on (N, T + 1) sequences."""
        self.loader = loader
        self.validation = torch.from_numpy(validation)
        self.num_bytes_V = torch.from_numpy(num_bytes_V).to(device)
        self.micro_batch = micro_batch or loader.batch_sequences
        self.device = device

    def next_batch(self) -> Batch:
        """Return the next packed batch, cut into micro-batches."""
        parts = torch.split(torch.from_numpy(self.loader.next_batch()), self.micro_batch)
        num_tokens = self.loader.tokens_per_batch
        return Batch(num_tokens, [_share(part, num_tokens, self.device) for part in parts])

    def validate(self, model: Transformer) -> dict[str, float | None]:
        """Return mean loss and bits per byte over the validation sequences."""
        if not len(self.validation):
            return {}
        totals = LossTotals()
        for part in torch.split(self.validation, self.micro_batch):
            add_losses(totals, model, *split_sequences(move(part, self.device)), self.num_bytes_V)
        return totals.figures()

    def state(self) -> dict[str, Any]:
        """Return the loader's state."""
        return dict(self.loader.state())

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the loader's state."""
        self.loader.restore(cast(LoaderState, state))


def run_pretrain(job: JobFolder, config: PretrainConfig) -> None:
    """Train a model on the job's dataset, from random weights or the init channel, into its model folder.

    Raises:
        Stopped: if the stop signal came; a checkpoint is saved.
        ValueError: if an input is missing or does not fit the others.
    """
    set_threads(config.num_threads)
    device = pick_device()
    tokenizer = Tokenizer.load(job.channel("tokenizer"))
    train = load_dataset(job.channel("dataset"), job.channel("tokens"), "train")
    validation = load_dataset(job.channel("dataset"), job.channel("tokens"), "validation")
    _refuse_other_tokenizer(train, tokenizer)
    model = _initial_model(job, config, tokenizer).to(device)
    length = training_length(config, model)
    loader = PackedLoader(train, length, config.batch_sequences, config.seed)
    sequences = packed_sequences(validation, length, config.validation_sequences)
    objective = NextToken(loader, sequences, tokenizer.num_bytes_V, config.micro_batch_sequences, device)
    num_steps = config.num_steps or -(-config.budget_tokens // loader.tokens_per_batch)
    provenance = {
        "job": "pretrain",
        "dataset": train.description.fingerprint,
        "init": model_digest(job.channel("init")) if config.init == "checkpoint" else None,
        "num_parameters": num_parameters(model.config),
    }
    Trainer(job, config, model, tokenizer, objective, num_steps, provenance).run()


def _share(sequences_BT: torch.Tensor, num_targets: int, device: torch.device) -> Any:
    def share(model: Transformer) -> torch.Tensor:
        return summed_loss(model, *split_sequences(move(sequences_BT, device))) / num_targets

    return share


def _initial_model(job: JobFolder, config: PretrainConfig, tokenizer: Tokenizer) -> Transformer:
    if config.init == "checkpoint":
        model = load_model(job.channel("init"))
        refuse_other_vocabulary(model, tokenizer)
        return model
    model = Transformer(preset(config.preset, tokenizer.vocab_size))
    model.initialise(config.seed)
    return model


def training_length(config: TrainingJobConfig, model: Transformer) -> int:
    """Return the longest training sequence, in tokens predicted.

    Raises:
        ValueError: if the config asks for more than the model's context.
    """
    if config.context_length > model.config.context_length:
        raise ValueError(
            f"context_length {config.context_length} is longer than the initial model's "
            f"{model.config.context_length}; lower it, or start from another model"
        )
    return config.context_length or model.config.context_length


def _refuse_other_tokenizer(dataset: Dataset, tokenizer: Tokenizer) -> None:
    found = dataset.description.vocab_size, dataset.description.end_id
    if found != (tokenizer.num_tokens, tokenizer.end_id):
        raise ValueError(
            f"the dataset was encoded with {found[0]} tokens and end id {found[1]}, "
            f"the tokenizer has {tokenizer.num_tokens} and {tokenizer.end_id}; "
            "encode the snapshots with this tokenizer (sportslm stage encode)"
        )


def refuse_other_vocabulary(model: Transformer, tokenizer: Tokenizer) -> None:
    """Refuse to go on with a model that another tokenizer's ids were trained into.

    Raises:
        ValueError: if their vocabulary sizes differ.
    """
    if model.config.vocab_size != tokenizer.vocab_size:
        raise ValueError(
            f"the initial model has a vocabulary of {model.config.vocab_size}, "
            f"the tokenizer needs {tokenizer.vocab_size}; use the tokenizer the model was trained with"
        )
