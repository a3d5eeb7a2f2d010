"""The training loop: AdamW, a schedule, clipping, validation, checkpoints, and stopping anywhere.

A run that was stopped or killed and started again gives the same losses and weights, bit for bit on CPU,
as one that was not: the checkpoint holds weights, optimizer, loader position, random state and the
sums behind the next log line.
"""

from __future__ import annotations

import gc
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from ..checkpoint import (
    TrainingState,
    checkpoint_folder,
    load_model,
    load_state,
    newest_checkpoint,
    prune_checkpoints,
    save_model,
)
from ..config import EXECUTION, TrainingJobConfig
from ..job import JobFolder, Stopped
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .metrics_log import MetricsLog
from .precision import autocast
from .schedule import learning_rate

logger = logging.getLogger(__name__)


class DivergenceError(ValueError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Batch:
    """One optimizer step's work.

    Attributes:
        num_tokens: tokens the model reads in it, padding left out.
        losses: each computes its share of the batch's mean loss; the shares add up to it.
    """

    num_tokens: int
    losses: list[Callable[[Transformer], Tensor]]


class Objective(Protocol):
    """What a training job optimizes, and on what data."""

    def next_batch(self) -> Batch:
        """Return the next step's work."""
        ...

    def validate(self, model: Transformer) -> dict[str, float | None]:
        """Return figures on held-out data: validation_loss_nats and others; {} if there is none."""
        ...

    def state(self) -> dict[str, Any]:
        """Return, JSON-able, where in the data it stands."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where another stood; ValueError if that was on other data."""
        ...


@dataclass
class Progress:
    """What has happened so far, all of it in the checkpoint."""

    step: int = 0
    tokens: int = 0
    # Sums since the last line of metrics.jsonl, and since the last validation.
    window_loss: float = 0.0
    window_steps: int = 0
    stretch_loss: float = 0.0
    stretch_steps: int = 0


class Trainer:
    """One training job, from its start or its newest checkpoint to its model folder."""

    def __init__(
        self,
        job: JobFolder,
        config: TrainingJobConfig,
        model: Transformer,
        tokenizer: Tokenizer,
        objective: Objective,
        num_steps: int,
        provenance: dict[str, Any],
    ):
        """Take a model on its device, with its initial weights.

        Args:
            job: the job's folders.
            config: its settings.
            model: trained in place.
            tokenizer: goes into the model folder.
            objective: what to optimize.
            num_steps: optimizer steps in all.
            provenance: where model and data come from, JSON-able: kept in training.json, and a checkpoint
                of another provenance is refused.
        """
        self.job = job
        self.config = config
        self.model = model
        self.tokenizer = tokenizer
        self.objective = objective
        self.num_steps = num_steps
        self.device = model.embedding.weight.device
        self.identity = {"config": _identity(config), "num_steps": num_steps, **provenance}
        self.provenance = provenance
        self.progress = Progress()
        self.history: list[dict[str, Any]] = []
        self.optimizer = _adamw(model, config)

    def run(self) -> None:
        """Train to the last step and write the model folder.

        Raises:
            Stopped: if the stop signal came; a checkpoint is saved.
            DivergenceError: if the loss is not a number.
            ValueError: if the newest checkpoint is of another job.
        """
        torch.manual_seed(self.config.seed)
        self._resume()
        self.log = MetricsLog(self.job.output_data / "metrics.jsonl", self.progress.step)
        self.model.train().requires_grad_(True)
        collecting = gc.isenabled()
        gc.disable()  # a collection in the middle of a step costs more than the memory it would free
        try:
            self._steps()
        finally:
            if collecting:
                gc.enable()
        save_model(self.job.model, self.model, self.tokenizer, self._training(), self._state())

    def _steps(self) -> None:
        saved_at = window_at = time.monotonic()
        window_tokens = self.progress.tokens
        paused_s = 0.0
        while self.progress.step < self.num_steps:
            if self.job.stop.requested:
                folder = self._save()
                raise Stopped(
                    f"stopped at step {self.progress.step} of {self.num_steps}; saved {folder.name}"
                )
            rate = self._step()
            step = self.progress.step
            last = step == self.num_steps
            figures: dict[str, float | None] = {}
            every = self.config.validation_every_steps
            if last or (every and step % every == 0):
                began = time.monotonic()
                figures = self._validate()
                self._remember(figures)
                paused_s += time.monotonic() - began
            if last or figures or step % self.config.log_every_steps == 0:
                spent_s = max(1e-9, time.monotonic() - window_at - paused_s)
                self._log(rate, figures, (self.progress.tokens - window_tokens) / spent_s)
                window_at, window_tokens, paused_s = time.monotonic(), self.progress.tokens, 0.0
            due_s = self.config.checkpoint_every_s
            if due_s and not last and time.monotonic() - saved_at >= due_s:
                began = time.monotonic()
                self._save()
                saved_at = time.monotonic()
                paused_s += saved_at - began

    def _step(self) -> float:
        rate = learning_rate(self.config, self.progress.step, self.num_steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.objective.next_batch()
        total = torch.zeros((), device=self.device)
        for share in batch.losses:
            with autocast(self.device, self.config.precision):
                loss = share(self.model)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            total += loss.detach()
        value = float(total)
        if not math.isfinite(value):
            raise DivergenceError(
                f"the loss became {value} at step {self.progress.step + 1} of {self.num_steps} "
                f"(learning rate {rate:.2g}); "
                "lower learning_rate, lengthen warmup_steps, or use precision fp32"
            )
        if self.config.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.progress.step += 1
        self.progress.tokens += batch.num_tokens
        self.progress.window_loss += value
        self.progress.window_steps += 1
        self.progress.stretch_loss += value
        self.progress.stretch_steps += 1
        return rate

    def _validate(self) -> dict[str, float | None]:
        self.model.eval()
        with torch.no_grad(), autocast(self.device, self.config.precision):
            figures = self.objective.validate(self.model)
        self.model.train()
        return figures

    def _remember(self, figures: dict[str, float | None]) -> None:
        loss = self.progress.stretch_loss / self.progress.stretch_steps
        self.progress.stretch_loss, self.progress.stretch_steps = 0.0, 0
        rounded = {name: value if value is None else round(value, 4) for name, value in figures.items()}
        self.history.append({"step": self.progress.step, "loss_nats": round(loss, 4), **rounded})

    def _log(self, rate: float, figures: dict[str, float | None], tokens_per_s: float) -> None:
        progress = self.progress
        loss = progress.window_loss / progress.window_steps
        self.log.write(
            {
                "step": progress.step,
                "num_steps": self.num_steps,
                "loss_nats": loss,
                "validation_loss_nats": figures.get("validation_loss_nats"),
                "validation_bits_per_byte": figures.get("validation_bits_per_byte"),
                "learning_rate": rate,
                "tokens": progress.tokens,
                "tokens_per_s": round(tokens_per_s, 1),
                "wall_s": self.log.wall_s(),
            }
        )
        logger.info("step %d/%d loss %.4f %s", progress.step, self.num_steps, loss, figures or "")
        progress.window_loss, progress.window_steps = 0.0, 0

    def _training(self) -> dict[str, Any]:
        return {
            **self.provenance,
            "config": _identity(self.config),
            "steps": self.progress.step,
            "num_steps": self.num_steps,
            "tokens": self.progress.tokens,
            "losses": self.history,
        }

    def _state(self) -> TrainingState:
        tensors = {"rng.cpu": torch.get_rng_state()}
        if self.device.type == "cuda":
            tensors["rng.cuda"] = torch.cuda.get_rng_state(self.device)
        for number, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": tensor for name, tensor in moments.items()}
        values = {
            "identity": self.identity,
            "progress": vars(self.progress),
            "history": self.history,
            "objective": self.objective.state(),
        }
        return TrainingState(values, tensors)

    def _save(self) -> Any:
        folder = checkpoint_folder(self.job.checkpoints, self.progress.step)
        if not folder.exists():
            save_model(folder, self.model, self.tokenizer, self._training(), self._state())
            prune_checkpoints(self.job.checkpoints)
        return folder

    def _resume(self) -> None:
        folder = newest_checkpoint(self.job.checkpoints)
        if folder is None:
            return
        state = load_state(folder)
        _refuse_other_job(folder.name, state.values["identity"], self.identity)
        with torch.no_grad():
            self.model.load_state_dict(load_model(folder).state_dict())
        self.progress = Progress(**state.values["progress"])
        self.history = state.values["history"]
        self.objective.restore(state.values["objective"])
        self._restore_optimizer(state.tensors)
        torch.set_rng_state(state.tensors["rng.cpu"])
        if self.device.type == "cuda" and "rng.cuda" in state.tensors:
            torch.cuda.set_rng_state(state.tensors["rng.cuda"], self.device)
        logger.info("resumed from %s at step %d of %d", folder.name, self.progress.step, self.num_steps)

    def _restore_optimizer(self, tensors: dict[str, Tensor]) -> None:
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, number, key = name.split(".")
                # A copy: tensors mapped from a file may lie less aligned, and other kernels round otherwise.
                moments.setdefault(int(number), {})[key] = tensor.clone()
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": moments})


def _adamw(model: Transformer, config: TrainingJobConfig) -> torch.optim.AdamW:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(config.beta1, config.beta2), fused=True)


def _identity(config: TrainingJobConfig) -> dict[str, Any]:
    """Return the settings that decide what a job makes."""
    fields = type(config).model_fields
    return {
        k: v for k, v in config.model_dump(mode="json").items() if fields[k].json_schema_extra != EXECUTION
    }


def _refuse_other_job(name: str, found: dict[str, Any], needed: dict[str, Any]) -> None:
    differing = [key for key in sorted(found | needed) if found.get(key) != needed.get(key)]
    if not differing:
        return
    key = differing[0]
    before, now = found.get(key), needed.get(key)
    if isinstance(before, dict) and isinstance(now, dict):
        inner = next(k for k in sorted(before | now) if before.get(k) != now.get(k))
        key, before, now = f"{key}.{inner}", before.get(inner), now.get(inner)
    raise ValueError(
        f"checkpoint {name} is of another job: its {key} is {before!r}, this job's is {now!r}; "
        "empty the checkpoints folder to start over, or give the job its old settings and inputs"
    )
