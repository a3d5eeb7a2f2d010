"""Bring files into the lake as a snapshot: WARC files as raw data, rows and texts as documents.

An import is an ordinary build, committed by manifests; the snapshot that names them is added last. Importing
the same files from the same source again finds the snapshot that is there.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from tasks.config_base import StageConfig
from tasks.counts import Counts, total
from tasks.crawl.crawl import raw_content
from tasks.imports.file import ImportSource, import_file
from tasks.imports.plan import ImportFile, check_warc, plan_import
from tasks.lake import Frozen, Lake, LakeError, digest_of
from tasks.progress import reporter
from tasks.snapshots import snapshot_id
from tasks.stage import Attempt, RunOptions, Stage, build_artifact, shard_name
from tasks.store import sha256_of


class ImportConfig(StageConfig):
    """What is imported, on whose word."""

    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Id of the source.")
    licence: str = Field(min_length=1, description="Licence of the collection (SPDX, or its name).")
    kind: str = Field("news", description="What sort of pages these are.")
    sport: str = Field("", description="The one sport they are about; empty where it varies.")
    files: tuple[tuple[str, str], ...] = Field((), description="Name and SHA-256 of each file.")


class Imported(Frozen):
    """What an import came to."""

    snapshot: str
    already: bool
    files: int
    rows_in: int
    rows_out: int
    dropped: dict[str, int]


def take_warc(file: Path, name: str, out: Path) -> Counts:
    """Copy a WARC file as it is; what its records hold is found out by extraction.

    Raises:
        ValueError: if it is no WARC file.
    """
    check_warc(file)
    target = out / Path(name).name
    shutil.copyfile(file, target)
    return Counts(1, 1, {}, {"warc_bytes": target.stat().st_size})


def import_snapshot(
    lake: Lake,
    paths: list[Path],
    config: ImportConfig,
    options: RunOptions,
    now: datetime,
) -> Imported:
    """Import files and folders as one new snapshot, or find the one that already holds them.

    Raises:
        ValueError: if a path does not exist, a file is not what its name says, or nothing could be taken.
    """
    files = plan_import(paths)
    hashed = tuple((file.name, sha256_of(file.path)) for file in files)
    config = config.model_copy(update={"files": hashed})
    spec = _spec(config)
    for known in lake.snapshots():
        if known.kind == "import" and known.spec == spec:
            return _result(lake, known.id, known.artifacts, already=True)
    id_ = snapshot_id(now, {s.id for s in lake.snapshots()})
    stages = {
        "raw": ([f for f in files if f.format == "warc"], _raw_stage),
        "documents": ([f for f in files if f.format != "warc"], _rows_stage),
    }
    made: dict[str, str] = {}
    for kind, (chosen, stage_of) in stages.items():
        if chosen:
            with reporter(f"import {kind}") as progress:
                artifact = build_artifact(lake, stage_of(chosen), id_, config, {}, options, progress)
            made[kind] = artifact.folder
    result = _result(lake, id_, made, already=False)
    if not result.rows_out:
        for folder in made.values():
            lake.drop(folder)
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(result.dropped.items()))
        raise LakeError(
            f"nothing could be taken from {', '.join(map(str, paths))}: {reasons or 'no records'}"
        )
    lake.add_snapshot(id_, "import", now.isoformat(timespec="seconds"), spec, made)
    return result


def _spec(config: ImportConfig) -> dict[str, Any]:
    return {
        "source": config.source,
        "licence": config.licence,
        "kind": config.kind,
        "sport": config.sport,
        "num_files": len(config.files),
        "files_digest": digest_of(config.files),
    }


def _raw_stage(files: list[ImportFile]) -> Stage:
    def build(attempt: Attempt) -> Counts:
        calls = {
            shard_name(number): {"file": file.path.absolute(), "name": file.name}
            for number, file in enumerate(files)
        }
        return attempt.shards(take_warc, calls)

    return Stage(
        name="import",
        artifact="raw",
        version=1,
        build=build,
        code=("tasks.extract", "tasks.imports"),
        content=raw_content,
    )


def _rows_stage(files: list[ImportFile]) -> Stage:
    def build(attempt: Attempt) -> Counts:
        config: ImportConfig = attempt.config
        source = ImportSource(config.source, config.licence, config.kind, config.sport)
        calls = {
            shard_name(number): {
                "file": file.path.absolute(),
                "source": source,
                "file_number": number,
                "name": file.name,
            }
            for number, file in enumerate(files)
        }
        return attempt.shards(import_file, calls)

    return Stage(
        name="import", artifact="documents", version=1, build=build, code=("tasks.extract", "tasks.imports")
    )


def _result(lake: Lake, id_: str, artifacts: dict[str, str], already: bool) -> Imported:
    found = [lake.artifact_at(folder) for folder in artifacts.values()]
    counts = total(Counts(a.rows_in, a.rows_out, a.dropped) for a in found)
    files = sum(len({f.name.split("/")[0] for f in lake.manifest(a).files}) for a in found)
    return Imported(
        snapshot=id_,
        already=already,
        files=files,
        rows_in=counts.rows_in,
        rows_out=counts.rows_out,
        dropped=counts.dropped,
    )
