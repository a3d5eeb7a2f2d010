"""The door of deduplication: which documents repeat an earlier one, each with its witness."""

from __future__ import annotations

from tasks.counts import Counts
from tasks.dedup.decide import decide
from tasks.dedup.sign import sign_shard
from tasks.door import door
from tasks.stage import Attempt, Stage, shard_name

SIGNED = "signed-"


def build(attempt: Attempt) -> Counts:
    """Sign each file of clean documents as one shard, then decide in arrival order over the whole chain."""
    clean = attempt.blobs("clean", "clean.parquet")
    attempt.shards(
        sign_shard,
        {
            f"{SIGNED}{shard_name(number)}": {"clean": blob, "config": attempt.config}
            for number, blob in enumerate(clean)
        },
    )
    signed = [attempt.blob(f"{SIGNED}{shard_name(number)}", "bands.parquet") for number in range(len(clean))]
    earlier = attempt.inputs["earlier"]
    counts = attempt.one(
        decide,
        signed=signed,
        clean=clean,
        config=attempt.config,
        previous_index=attempt.lake.files(earlier[-1], "index.parquet")[0] if earlier else None,
        previous_unique=attempt.blobs("earlier", "unique.parquet"),
    )
    for number in range(len(clean)):  # the index holds what the next snapshot needs of them
        del attempt.written[f"{SIGNED}{shard_name(number)}"]
    return counts


STAGE = Stage(
    name="dedup",
    artifact="unique",
    version=1,
    build=build,
    libraries=("numpy", "pyarrow"),
    code=("tasks.dedup", "tasks.identity"),
)
dedup = door(STAGE)
