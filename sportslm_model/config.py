"""What a model is and how a job trains it: the configurations, and how they travel as hyperparameters.

Pydantic only: importing this costs no torch. The pipeline's stage configs reuse these fields, so every
field is described with its unit. Fields marked ``execution`` decide how fast a job runs, never what it
makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

JobName = Literal["pretrain", "sft", "align", "evaluate"]
Precision = Literal["bf16", "fp32"]
EXECUTION: dict[str, Any] = {"execution": True}
Config = TypeVar("Config", bound=BaseModel)


class ModelConfig(BaseModel):
    """The dimensions of a LLaMA-form transformer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocab_size: int = Field(description="Rows of the embedding, padding included", ge=8)
    num_layers: int = Field(description="Transformer blocks", ge=1)
    d_model: int = Field(description="Width of the residual stream", ge=8)
    num_heads: int = Field(description="Query heads", ge=1)
    num_kv_heads: int = Field(
        description="Key and value heads; fewer than num_heads is grouped-query attention", ge=1
    )
    head_dim: int = Field(description="Width of one head, even for rotary positions", ge=2, multiple_of=2)
    d_ff: int = Field(description="Width of the SwiGLU feed-forward layer", ge=8)
    context_length: int = Field(description="Longest sequence, in tokens", ge=8)
    rope_theta: float = Field(default=10_000.0, description="Base of the rotary frequencies", gt=1)
    norm_eps: float = Field(default=1e-6, description="Added to the mean square in RMSNorm", gt=0)

    @model_validator(mode="after")
    def _heads_divide(self) -> Self:
        if self.num_heads % self.num_kv_heads:
            raise ValueError(
                f"num_heads {self.num_heads} is not a multiple of num_kv_heads {self.num_kv_heads}"
            )
        return self


class JobConfig(BaseModel):
    """What every job is told, whatever it does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(
        default=1, description="Seed of initial weights and of the order of data", ge=0, lt=2**31
    )
    precision: Precision = Field(
        default="bf16", description="Matrix products in bf16 (weights stay fp32), or all in fp32"
    )
    num_threads: int = Field(
        default=0,
        description="CPU threads; 0 = all cores. Sums may round otherwise",
        ge=0,
        json_schema_extra=EXECUTION,
    )


class TrainingJobConfig(JobConfig):
    """What the three training jobs share: optimizer, schedule, validation, checkpoints."""

    context_length: int = Field(
        default=0, description="Tokens in a training sequence; 0 = the model's context length", ge=0
    )
    batch_sequences: int = Field(default=8, description="Sequences in an optimizer step", ge=1)
    micro_batch_sequences: int = Field(
        default=0,
        description="Sequences in memory at once; gradients of several are added up; 0 = the whole batch",
        ge=0,
        json_schema_extra=EXECUTION,
    )
    learning_rate: float = Field(default=3e-3, description="Peak learning rate of AdamW", gt=0, le=1)
    min_learning_rate_ratio: float = Field(
        default=0.1, description="Last learning rate over the peak", ge=0, le=1
    )
    schedule: Literal["cosine", "wsd"] = Field(
        default="cosine",
        description="After warmup: a cosine to the last rate, or stable, then a linear decay",
    )
    decay_ratio: float = Field(
        default=0.3, description="Share of the steps that a wsd schedule decays over", gt=0, le=1
    )
    warmup_steps: int = Field(
        default=20, description="Steps in which the learning rate grows from 0 to its peak", ge=0
    )
    weight_decay: float = Field(default=0.1, description="AdamW weight decay, on matrices only", ge=0, le=1)
    beta1: float = Field(default=0.9, description="AdamW decay of the gradient's mean", ge=0, lt=1)
    beta2: float = Field(default=0.95, description="AdamW decay of the squared gradient's mean", ge=0, lt=1)
    clip_norm: float = Field(
        default=1.0, description="Gradients are scaled down to this norm; 0 = never", ge=0
    )
    validation_every_steps: int = Field(
        default=100, description="Steps between validation losses; 0 = only at the end", ge=0
    )
    validation_sequences: int = Field(
        default=64, description="Validation sequences looked at each time; 0 = all", ge=0
    )
    checkpoint_every_s: float = Field(
        default=60.0,
        description="Seconds between checkpoints; 0 = only when stopped",
        ge=0,
        json_schema_extra=EXECUTION,
    )
    log_every_steps: int = Field(
        default=10, description="Steps between lines of metrics.jsonl", ge=1, json_schema_extra=EXECUTION
    )


class PretrainConfig(TrainingJobConfig):
    """Next-token training on token shards."""

    preset: str = Field(default="demo", description="Model preset (sportslm presets lists them)")
    init: Literal["scratch", "checkpoint"] = Field(
        default="scratch", description="Start from random weights, or from the checkpoint in the init channel"
    )
    num_steps: int = Field(
        default=300, description="Optimizer steps; 0 = as many as budget_tokens needs", ge=0
    )
    budget_tokens: int = Field(
        default=0, description="Tokens to train on, instead of num_steps; 0 = num_steps decides", ge=0
    )

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _exactly_one(self, "num_steps", "budget_tokens")


class SftConfig(TrainingJobConfig):
    """Fine-tuning on conversations, loss on the answers only."""

    learning_rate: float = Field(default=5e-4, description="Peak learning rate of AdamW", gt=0, le=1)
    warmup_steps: int = Field(
        default=10, description="Steps in which the learning rate grows from 0 to its peak", ge=0
    )
    weight_decay: float = Field(default=0.0, description="AdamW weight decay, on matrices only", ge=0, le=1)
    batch_sequences: int = Field(default=16, description="Conversations in an optimizer step", ge=1)
    num_epochs: int = Field(
        default=1, description="Times each conversation is seen; 0 = num_steps decides", ge=0
    )
    num_steps: int = Field(
        default=0, description="Optimizer steps, instead of num_epochs; 0 = num_epochs decides", ge=0
    )

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _exactly_one(self, "num_epochs", "num_steps")


class AlignConfig(TrainingJobConfig):
    """Preference tuning: DPO (Rafailov et al., 2023)."""

    learning_rate: float = Field(default=5e-5, description="Peak learning rate of AdamW", gt=0, le=1)
    warmup_steps: int = Field(
        default=10, description="Steps in which the learning rate grows from 0 to its peak", ge=0
    )
    weight_decay: float = Field(default=0.0, description="AdamW weight decay, on matrices only", ge=0, le=1)
    batch_sequences: int = Field(default=8, description="Preference pairs in an optimizer step", ge=1)
    beta: float = Field(
        default=0.1, description="DPO temperature: how dear it is to leave the reference model", gt=0
    )
    num_epochs: int = Field(default=1, description="Times each pair is seen; 0 = num_steps decides", ge=0)
    num_steps: int = Field(
        default=0, description="Optimizer steps, instead of num_epochs; 0 = num_epochs decides", ge=0
    )

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        return _exactly_one(self, "num_epochs", "num_steps")


class EvaluateConfig(JobConfig):
    """Scoring one model on held-out text and on questions."""

    batch_sequences: int = Field(
        default=16, description="Sequences scored at once", ge=1, json_schema_extra=EXECUTION
    )
    validation_documents: int = Field(
        default=0, description="Held-out documents scored for bits per byte; 0 = all", ge=0
    )
    max_answer_tokens: int = Field(
        default=24, description="Longest answer generated for a cloze question, in tokens", ge=1
    )
    speed_tokens: int = Field(
        default=128,
        description="Tokens decoded to measure speed; 0 = not measured",
        ge=0,
        json_schema_extra=EXECUTION,
    )


CONFIGS: dict[JobName, type[JobConfig]] = {
    "pretrain": PretrainConfig,
    "sft": SftConfig,
    "align": AlignConfig,
    "evaluate": EvaluateConfig,
}


def to_hyperparameters(job: JobName, config: JobConfig) -> dict[str, str]:
    """Return a job's name and settings as SageMaker carries them: every value a string, JSON-encoded.

    The name itself is plain (``"pretrain"``).
    """
    values = config.model_dump(mode="json")
    return {"job": job} | {name: json.dumps(value) for name, value in values.items()}


def from_hyperparameters(hyperparameters: Mapping[str, str]) -> tuple[JobName, JobConfig]:
    """Return the job's name and its settings from what `to_hyperparameters` wrote.

    Raises:
        ValueError: for an unknown job, a value that is not JSON, or a setting the job's config refuses.
    """
    name = hyperparameters.get("job", "").strip('"')
    job = next((known for known in CONFIGS if known == name), None)
    if job is None:
        raise ValueError(f"hyperparameter job is {name!r}, needed one of {', '.join(CONFIGS)}")
    values: dict[str, Any] = {}
    for key, text in hyperparameters.items():
        if key == "job":
            continue
        try:
            values[key] = json.loads(text)
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                f"hyperparameter {key} is {text!r}, needed JSON in a string ({error})"
            ) from error
    return job, CONFIGS[job].model_validate(values)


def _exactly_one(config: Config, first: str, second: str) -> Config:
    """Refuse a config whose length is given twice or not at all."""
    lengths = getattr(config, first), getattr(config, second)
    if (lengths[0] > 0) == (lengths[1] > 0):
        raise ValueError(
            f"{first}={lengths[0]} and {second}={lengths[1]}: exactly one must be above 0; set the other to 0"
        )
    return config
