"""The chain of snapshots as a stage's inputs: which files belong to which snapshot, oldest first."""

from __future__ import annotations

from tasks.mix.chain import SnapshotFiles
from tasks.stage import Attempt


def snapshot_files(attempt: Attempt) -> list[SnapshotFiles]:
    """Return the ``unique`` and ``documents`` files of every snapshot that is an input, in chain order."""
    lake = attempt.lake
    order = list(dict.fromkeys(artifact.snapshot for artifact in attempt.inputs["unique"]))
    return [
        SnapshotFiles(
            snapshot=snapshot,
            unique=[
                path
                for artifact in attempt.inputs["unique"]
                if artifact.snapshot == snapshot
                for path in lake.paths(artifact, "unique.parquet")
            ],
            documents=[
                path
                for artifact in attempt.inputs["documents"]
                if artifact.snapshot == snapshot
                for path in lake.paths(artifact, "documents.parquet")
            ],
        )
        for snapshot in order
    ]
