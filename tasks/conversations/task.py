"""The door of conversations: questions with answers, made of the records and pages of the lake."""

from __future__ import annotations

from tasks.chain_inputs import snapshot_files
from tasks.conversations.build import build_conversations
from tasks.counts import Counts
from tasks.door import door
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Make conversations and preference pairs; each stays on its document's side of the split."""
    mixture = attempt.lake.path(attempt.input("mixture"), "mixture.parquet")
    return attempt.one(
        build_conversations, mixture=mixture, chain=snapshot_files(attempt), config=attempt.config
    )


STAGE = Stage(
    name="conversations",
    artifact="conversations",
    version=1,
    build=build,
    libraries=("pyarrow",),
    code=("tasks.conversations",),
)
conversations = door(STAGE)
