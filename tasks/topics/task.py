"""The door of topics: the two classifiers that clean decides by, pinned as one artifact."""

from __future__ import annotations

import json
from pathlib import Path

from tasks.counts import Counts
from tasks.door import door
from tasks.stage import Attempt, Stage
from tasks.topics.learn import learn, write_model
from tasks.topics.model import SHIPPED, load_model


def build(attempt: Attempt) -> Counts:
    """Copy the shipped classifiers, or learn them from the documents."""
    if attempt.config.model == "shipped":
        return attempt.one(copy_shipped)
    documents = [
        path
        for artifact in attempt.inputs["documents"]
        for path in attempt.lake.paths(artifact, "documents.parquet")
    ]
    return attempt.one(learn, documents=documents, config=attempt.config)


def copy_shipped(out: Path) -> Counts:
    """Write the classifiers of the package, and their report."""
    load_model(SHIPPED)
    write_model(json.loads(SHIPPED.read_text("utf-8")), out)
    return Counts(1, 1)


STAGE = Stage(
    name="topics",
    artifact="classifiers",
    version=1,
    build=build,
    libraries=("numpy",),
    code=("tasks.topics", "tasks.clean.sport", "tasks.clean.sport_terms"),
    page="report.md",
)
topics = door(STAGE)
