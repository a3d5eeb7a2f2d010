"""The door of the tokenizer: a vocabulary learned from the training side of the mixture."""

from __future__ import annotations

from tasks.chain_inputs import snapshot_files
from tasks.counts import Counts
from tasks.door import door
from tasks.stage import Attempt, Stage
from tasks.tokenizer.learn import train_tokenizer


def build(attempt: Attempt) -> Counts:
    """Learn a byte-level BPE from the documents the mixture trains on."""
    mixture = attempt.lake.path(attempt.input("mixture"), "mixture.parquet")
    return attempt.one(train_tokenizer, mixture=mixture, chain=snapshot_files(attempt), config=attempt.config)


STAGE = Stage(
    name="tokenizer",
    artifact="tokenizer",
    version=1,
    build=build,
    libraries=("tokenizers",),
    code=("tasks.tokenizer", "sportslm_model.chat_format"),
)
tokenizer = door(STAGE)
