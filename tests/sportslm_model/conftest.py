"""Small real inputs for the model's tests: match reports, a byte-level BPE trained on them, job folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from sportslm_model.chat_format import SPECIAL_TOKENS
from sportslm_model.config import JobConfig, JobName, to_hyperparameters
from sportslm_model.tokenizer import Tokenizer
from tests.sportslm_model.small_inputs import REPORTS, MakeJob, StartEntry, match_reports, write_dataset


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level BPE of 384 tokens with the special tokens first."""
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=384,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(match_reports(REPORTS, 1), trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text('{"end_token": "<|end|>"}\n', "utf-8")
    return folder


@pytest.fixture(scope="session")
def tokenizer(tokenizer_folder: Path) -> Tokenizer:
    """The tokenizer of `tokenizer_folder`, loaded."""
    return Tokenizer.load(tokenizer_folder)


@pytest.fixture(scope="session")
def dataset_root(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The channels ``dataset`` and ``tokens``: reports in two shards and two groups."""
    root = tmp_path_factory.mktemp("channels")
    write_dataset(root, tokenizer, match_reports(REPORTS, 1), match_reports(24, 2))
    return root


@pytest.fixture
def make_job(tmp_path: Path, tokenizer_folder: Path, dataset_root: Path) -> MakeJob:
    """A function (name, job, config, **channels) that lays out a job's root and returns it."""

    def make(name: str, job: JobName, config: JobConfig, **channels: Path) -> Path:
        root = tmp_path / name
        given = {
            "tokenizer": tokenizer_folder,
            "dataset": dataset_root / "dataset",
            "tokens": dataset_root / "tokens",
        } | channels
        (root / "input" / "config").mkdir(parents=True)
        (root / "input" / "data").mkdir()
        for channel, folder in given.items():
            (root / "input" / "data" / channel).symlink_to(folder)
        path = root / "input" / "config" / "hyperparameters.json"
        path.write_text(json.dumps(to_hyperparameters(job, config)), "utf-8")
        return root

    return make


@pytest.fixture
def start_entry() -> Iterator[StartEntry]:
    """A function (root) that starts the real entry process on a job's root, on one thread."""
    started: list[subprocess.Popen[str]] = []

    def start(root: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "sportslm_model.entry", "--root", str(root)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        output = subprocess.PIPE
        started.append(
            subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True, env=environment)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
