"""The door of preference tuning: a checkpoint that prefers right answers to plausible wrong ones."""

from __future__ import annotations

from pathlib import Path

from sportslm_model.config import AlignConfig
from tasks.conversations.channel import build_preferences_channel
from tasks.counts import Counts
from tasks.door import door
from tasks.jobs.stage_work import METRICS, lay_out_artifacts, train
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Tune on the preference pairs of the training side (DPO)."""
    config = AlignConfig.model_validate(attempt.config.model_dump(exclude={"enabled"}))

    def lay_out(folder: Path) -> Counts:
        lay_out_artifacts(attempt, folder, {"tokenizer": "tokenizer", "init": "checkpoint"})
        table = attempt.lake.path(attempt.input("conversations"), "preferences.parquet")
        return build_preferences_channel(table, folder / "conversations")

    return train(attempt, config, lay_out)


STAGE = Stage(
    name="align",
    artifact="checkpoint",
    version=1,
    build=build,
    libraries=("numpy", "torch"),
    code=("sportslm_model", "tasks.align"),
    measurements=(METRICS,),
    service=True,
)
align = door(STAGE)
