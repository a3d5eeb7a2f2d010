"""The door of deduplication: which documents repeat an earlier one, each with its witness."""

from __future__ import annotations

from tasks.counts import Counts
from tasks.dedup.assemble import UNIQUE_FILE
from tasks.dedup.band_index import INDEX_FILE
from tasks.dedup.pipeline import deduplicate
from tasks.door import door
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Compare this snapshot's clean documents with each other and with those of the chain before it."""
    earlier, lake = attempt.inputs["earlier"], attempt.lake
    return deduplicate(
        attempt,
        attempt.blobs("clean", "clean.parquet"),
        attempt.blobs("earlier", INDEX_FILE),
        [lake.files(artifact, UNIQUE_FILE) for artifact in earlier],
        lake.manifest(earlier[-1]).extra["documents_in_index"] if earlier else 0,
        sum(artifact.rows_out for artifact in attempt.inputs["clean"]),
        attempt.config,
    )


STAGE = Stage(
    name="dedup",
    artifact="unique",
    version=3,
    page="report.md",
    build=build,
    libraries=("numpy", "pyarrow"),
    code=("tasks.dedup", "tasks.identity"),
)
dedup = door(STAGE)
