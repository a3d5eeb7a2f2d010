"""The door of cleaning: documents that are worth training on, and a named reason for each of the others."""

from __future__ import annotations

from tasks.clean.shard import clean_shard
from tasks.counts import Counts
from tasks.door import door
from tasks.stage import Attempt, Stage, shard_name
from tasks.topics.model import FILE


def build(attempt: Attempt) -> Counts:
    """Clean each file of documents as one shard, all by the same classifiers."""
    (classifiers,) = attempt.blobs("classifiers", FILE)
    return attempt.shards(
        clean_shard,
        {
            shard_name(number): {"documents": blob, "config": attempt.config, "classifiers": classifiers}
            for number, blob in enumerate(attempt.blobs("documents", "documents.parquet"))
        },
    )


STAGE = Stage(
    name="clean",
    artifact="clean",
    version=3,
    build=build,
    libraries=("pyarrow",),
    reuse=True,
    code=("tasks.clean", "tasks.extract.rejects", "tasks.topics.features", "tasks.topics.model"),
)
clean = door(STAGE)
