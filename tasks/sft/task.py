"""The door of fine-tuning: a checkpoint that answers questions."""

from __future__ import annotations

from pathlib import Path

from sportslm_model.config import SftConfig
from tasks.conversations.channel import build_conversations_channel
from tasks.counts import Counts
from tasks.door import door
from tasks.jobs.stage_work import METRICS, lay_out_artifacts, train
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Fine-tune on the conversations of the training side."""
    config = SftConfig.model_validate(attempt.config.model_dump(exclude={"enabled"}))

    def lay_out(folder: Path) -> Counts:
        lay_out_artifacts(attempt, folder, {"tokenizer": "tokenizer", "init": "checkpoint"})
        table = attempt.lake.path(attempt.input("conversations"), "conversations.parquet")
        return build_conversations_channel(table, folder / "conversations")

    return train(attempt, config, lay_out)


STAGE = Stage(
    name="sft",
    artifact="checkpoint",
    version=1,
    build=build,
    libraries=("numpy", "torch"),
    code=("sportslm_model", "tasks.sft"),
    measurements=(METRICS,),
    service=True,
)
sft = door(STAGE)
