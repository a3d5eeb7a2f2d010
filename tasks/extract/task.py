"""The door of extraction: WARC segments to documents."""

from __future__ import annotations

from tasks.counts import Counts
from tasks.door import door
from tasks.extract.segment import extract_segment
from tasks.extract.sources import segments
from tasks.stage import Attempt, Stage, shard_name


def build(attempt: Attempt) -> Counts:
    """Extract each WARC segment as one shard."""
    snapshot = next(s for s in attempt.lake.snapshots() if s.id == attempt.snapshot)
    found = segments(attempt.lake, snapshot, attempt.inputs["raw"])
    return attempt.shards(
        extract_segment,
        {shard_name(number): {**one, "config": attempt.config} for number, one in enumerate(found)},
    )


STAGE = Stage(
    name="extract",
    artifact="documents",
    version=5,
    build=build,
    libraries=(
        "fastwarc",
        "htmldate",
        "justext",
        "lxml",
        "lxml_html_clean",
        "numpy",
        "pyarrow",
        "trafilatura",
    ),
    reuse=True,
    code=("tasks.extract", "tasks.identity"),
)
extract = door(STAGE)
