"""What the model's tests are made from: match reports, a dataset of them, and the fixtures' types."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sportslm_model.shards import DOCUMENT
from sportslm_model.tokenizer import Tokenizer

# make_job(name, job, config, **channels): a job's root; start_entry(root): the real entry process.
MakeJob = Callable[..., Path]
StartEntry = Callable[[Path], "subprocess.Popen[str]"]

TEAMS = ("Lions", "Comets", "Harbour", "Rovers", "Élan", "Pines", "Quakes", "Stags")
REPORTS = 240


def match_reports(count: int, seed: int) -> list[str]:
    """Return short reports, some with letters of two bytes."""
    chance = random.Random(seed)
    reports = []
    for number in range(count):
        home, away = chance.sample(TEAMS, 2)
        score = f"{chance.randint(0, 5)}-{chance.randint(0, 5)}"
        crowd = chance.randint(5, 60) * 100
        reports.append(f"Game {number}: {home} met {away} and it ended {score} before a crowd of {crowd}.")
    return reports


def write_dataset(root: Path, tokenizer: Tokenizer, train: list[str], validation: list[str]) -> None:
    """Write the channels ``dataset`` and ``tokens`` under ``root``, every second document in each shard."""
    shards: list[list[int]] = [[], []]
    (root / "dataset").mkdir(parents=True)
    (root / "tokens" / "20261101T0000Z").mkdir(parents=True)
    for split, texts in (("train", train), ("validation", validation)):
        rows = []
        for number, text in enumerate(texts):
            ids = tokenizer.encode(text)
            shard = shards[number % 2]
            rows.append((number % 2, len(shard), len(ids), number % 2, len(text.encode())))
            shard += ids
        np.save(root / "dataset" / f"{split}.npy", np.array(rows, dtype=DOCUMENT))
    names = [f"20261101T0000Z/shard-{number:05d}.bin" for number in range(2)]
    for name, ids in zip(names, shards, strict=True):
        (root / "tokens" / name).write_bytes(np.array(ids, dtype="<u2").tobytes())
    description = {
        "format": 1,
        "fingerprint": "test-dataset",
        "dtype": "uint16",
        "vocab_size": tokenizer.num_tokens,
        "end_id": tokenizer.end_id,
        "shards": names,
        "groups": [{"name": "football/news", "weight": 1.0}, {"name": "football/statistics", "weight": 1.0}],
    }
    (root / "dataset" / "dataset.json").write_text(json.dumps(description), "utf-8")
