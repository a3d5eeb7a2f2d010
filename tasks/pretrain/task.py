"""The door of pretraining: a base model from the mixture's tokens."""

from __future__ import annotations

from pathlib import Path

from sportslm_model.config import PretrainConfig
from tasks.counts import Counts
from tasks.door import door
from tasks.jobs.stage_work import METRICS, lay_out_artifacts, train
from tasks.pretrain.dataset import build_dataset
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Train on the documents that the mixture chose, over the whole chain of snapshots."""
    config: PretrainConfig = attempt.config

    def lay_out(folder: Path) -> Counts:
        lay_out_artifacts(attempt, folder, {"tokenizer": "tokenizer"})
        return lay_out_dataset(attempt, folder)

    return train(attempt, config, lay_out)


def lay_out_dataset(attempt: Attempt, folder: Path) -> Counts:
    """Write the ``dataset`` and ``tokens`` channels from the inputs mixture, tokens and tokenizer."""
    lake = attempt.lake
    shards: dict[str, list[Path]] = {}
    for artifact in attempt.inputs["tokens"]:
        laid = lake.local_folder(artifact, folder / ".encoded" / artifact.snapshot)
        shards[artifact.snapshot] = sorted(path for path in laid.iterdir() if path.is_dir())
    return build_dataset(
        mixture=lake.path(attempt.input("mixture"), "mixture.parquet"),
        tokens=shards,
        tokenizer=lake.path(attempt.input("tokenizer"), "tokenizer.json"),
        out=folder,
    )


STAGE = Stage(
    name="pretrain",
    artifact="checkpoint",
    version=1,
    build=build,
    libraries=("numpy", "torch"),
    code=("sportslm_model", "tasks.pretrain"),
    measurements=(METRICS,),
    service=True,
)
pretrain = door(STAGE)
