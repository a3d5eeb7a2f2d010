"""The door of cleaning: documents that are worth training on, and a named reason for each of the others."""

from __future__ import annotations

from tasks.clean.shard import clean_shard
from tasks.counts import Counts
from tasks.door import door
from tasks.stage import Attempt, Stage, shard_name


def build(attempt: Attempt) -> Counts:
    """Clean each file of documents as one shard."""
    return attempt.shards(
        clean_shard,
        {
            shard_name(number): {"documents": blob, "config": attempt.config}
            for number, blob in enumerate(attempt.blobs("documents", "documents.parquet"))
        },
    )


STAGE = Stage(
    name="clean",
    artifact="clean",
    version=2,
    build=build,
    libraries=("pyarrow",),
    code=("tasks.clean", "tasks.extract.rejects"),
)
clean = door(STAGE)
