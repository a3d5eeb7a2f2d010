"""A small real dataset for jobs, made as the model's own tests make theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sportslm_model.config import PretrainConfig
from tasks.jobs.local import LocalBackend
from tasks.jobs.spec import JobSpec
from tests.sportslm_model.conftest import dataset_root, tokenizer, tokenizer_folder

__all__ = ["dataset_root", "tokenizer", "tokenizer_folder"]

MakeSpec = Callable[..., JobSpec]


@pytest.fixture
def backend(tmp_path: Path) -> LocalBackend:
    """Return a backend in a fresh home folder."""
    return LocalBackend(tmp_path / "home")


@pytest.fixture
def make_spec(dataset_root: Path, tokenizer_folder: Path) -> MakeSpec:
    """Return a function (key, **settings) that describes a pretraining job of the smallest model."""

    def make(key: str = "0123456789ab", **settings: Any) -> JobSpec:
        values = {
            "preset": "tiny",
            "num_steps": 40,
            "context_length": 64,
            "batch_sequences": 2,
            "validation_every_steps": 0,
            "log_every_steps": 2,
            "num_threads": 1,
            "checkpoint_every_s": 0.1,
        }
        channels = {
            "tokenizer": tokenizer_folder,
            "dataset": dataset_root / "dataset",
            "tokens": dataset_root / "tokens",
        }
        return JobSpec("pretrain", key, PretrainConfig.model_validate(values | settings), channels)

    return make
