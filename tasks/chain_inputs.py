"""The chain of snapshots as a stage's inputs: which files belong to which snapshot, oldest first."""

from __future__ import annotations

from pathlib import Path

from tasks.mix.chain import SnapshotFiles
from tasks.stage import Attempt


def snapshot_files(attempt: Attempt) -> list[SnapshotFiles]:
    """Return the tables of every snapshot that is an input, in chain order."""

    def files(name: str, snapshot: str, file: str) -> list[Path]:
        of_snapshot = [artifact for artifact in attempt.inputs[name] if artifact.snapshot == snapshot]
        return [path for artifact in of_snapshot for path in attempt.lake.paths(artifact, file)]

    return [
        SnapshotFiles(
            snapshot=snapshot,
            unique=files("unique", snapshot, "unique.parquet"),
            documents=files("documents", snapshot, "documents.parquet"),
            gone=files("documents", snapshot, "gone.parquet"),
        )
        for snapshot in dict.fromkeys(artifact.snapshot for artifact in attempt.inputs["unique"])
    ]
