"""Bring files into the lake as a snapshot: WARC files as raw data, rows and texts as documents.

An import is an ordinary build, committed by manifests; the snapshot that names them is added last. Its id is
reserved first, so that two imports of one minute do not meet, and so that an import that was killed finds its
finished pieces again. Importing the same files from the same source again finds the snapshot that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field

from tasks.config_base import StageConfig
from tasks.counts import Counts, total
from tasks.engine import run_all
from tasks.imports.cdx import warcs_of
from tasks.imports.document import ImportSource
from tasks.imports.pieces import Piece, Taker, take_file
from tasks.imports.plan import ImportFile, plan_import
from tasks.imports.pulse import watched
from tasks.imports.take_rows import RowsTaker
from tasks.imports.take_warc import WarcTaker
from tasks.lake import Frozen, Lake, LakeError, StoredFile, canonical_json, digest_of
from tasks.snapshots import snapshot_id
from tasks.stage import Attempt, RunOptions, Stage, build_artifact, shard_name
from tasks.store import sha256_of

RESERVED = "imports"
# Before the name of a WARC that is taken through an index.
INDEXED = "indexed:"
CODE = ("tasks.extract", "tasks.imports", "crawlers.url_filter")


class ImportConfig(StageConfig):
    """What is imported, on whose word."""

    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="Id of the source.")
    licence: str = Field(min_length=1, description="Licence of the collection (SPDX, or its name).")
    kind: str = Field("news", description="What sort of pages these are.")
    sport: str = Field("", description="The one sport they are about; empty where it varies.")
    urls: tuple[str, ...] = Field(
        (), description="Which addresses are wanted: what crawlers.url_filter.read_urls gives; none: all."
    )
    piece_bytes: int = Field(
        64_000_000, ge=1_000, description="Bytes of text, or of a stored WARC, after which a piece ends."
    )
    files: tuple[tuple[str, str], ...] = Field((), description="Name and SHA-256 of each file.")


class Imported(Frozen):
    """What an import came to."""

    snapshot: str
    already: bool
    files: int
    rows_in: int
    rows_out: int
    dropped: dict[str, int]


def import_snapshot(
    lake: Lake,
    paths: list[Path],
    config: ImportConfig,
    options: RunOptions,
    now: datetime,
) -> Imported:
    """Import files and folders as one new snapshot, or find the one that already holds them.

    An import of the same that was stopped or killed is gone on with.

    Raises:
        ValueError: if a path does not exist, a file is not what its name says, or nothing could be taken.
    """
    files, hashed = _plan(paths)
    config = config.model_copy(update={"files": hashed})
    spec = _spec(config)
    for known in lake.snapshots():
        if known.kind == "import" and known.spec == spec:
            return _result(lake, known.id, known.artifacts, already=True)
    id_ = _reserve(lake, spec, now)
    stages = {
        "raw": [file for file in files if file.is_raw],
        "documents": [file for file in files if not file.is_raw],
    }
    made: dict[str, str] = {}
    for kind, chosen in stages.items():
        if chosen:
            made[kind] = build_artifact(lake, _stage(kind, chosen), id_, config, {}, options).folder
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


def _plan(paths: list[Path]) -> tuple[list[ImportFile], tuple[tuple[str, str], ...]]:
    """Return the files to take, and names and hashes of all that decide what comes of it.

    A WARC that an index of the same import names is taken through the index, not beside it.
    """
    files = plan_import(paths)
    indexed = {
        warc.resolve(): warc for file in files if file.format == "cdxj" for warc in warcs_of(file.path)
    }
    files = [file for file in files if file.path.resolve() not in indexed]
    hashed = [(file.name, sha256_of(file.path)) for file in files]
    hashed += [(f"{INDEXED}{warc.name}", sha256_of(warc)) for warc in sorted(indexed.values())]
    return files, tuple(hashed)


def _spec(config: ImportConfig) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "source": config.source,
        "licence": config.licence,
        "kind": config.kind,
        "sport": config.sport,
        "num_files": len(config.files),
        "files_digest": digest_of(config.files),
    }
    return spec | ({"urls": list(config.urls)} if config.urls else {})


def _reserve(lake: Lake, spec: dict[str, Any], now: datetime) -> str:
    """Return the id under which the same import began earlier, or one that nobody else will use."""
    data = canonical_json(spec).encode()
    reserved: dict[str, bytes | None] = {
        Path(key).stem: lake.store.read(key) for key in lake.store.list(RESERVED)
    }
    chain = {snapshot.id for snapshot in lake.snapshots()}
    begun = [id_ for id_, other in reserved.items() if other == data and id_ not in chain]
    if begun:
        return min(begun)
    taken = chain | reserved.keys()
    while not lake.store.create(f"{RESERVED}/{(id_ := snapshot_id(now, taken))}.json", data):
        if lake.store.read(f"{RESERVED}/{id_}.json") == data:
            return id_  # the same import began beside this one: they help each other
        taken = taken | {id_}
    return id_


def _stage(kind: str, files: Sequence[ImportFile]) -> Stage:
    return Stage(
        name="import", artifact=kind, version=2, build=partial(_build, kind=kind, files=files), code=CODE
    )


def _build(attempt: Attempt, kind: str, files: Sequence[ImportFile]) -> Counts:
    """Take every file, each in one process, and return the sum of their pieces' counts."""
    num_bytes = sum(file.path.stat().st_size for file in files)
    taken: dict[str, list[Piece]] = {}
    with watched(f"import {kind}", num_bytes) as folder:
        calls = {
            shard_name(number): _call(attempt, file, number, folder) for number, file in enumerate(files)
        }
        for name, pieces in run_all(attempt.options.engine, take_file, calls):
            taken[name] = pieces
    pieces = [piece for name in sorted(taken) for piece in taken[name]]
    for piece in pieces:
        attempt.written[piece.name] = [StoredFile.model_validate(file) for file in piece.files]
    return total(piece.figures for piece in pieces)


def _call(attempt: Attempt, file: ImportFile, number: int, pulses: Path) -> tuple[Any, ...]:
    """Return the arguments of ``take_file``."""
    config: ImportConfig = attempt.config
    path, pulse, own = file.path.absolute(), pulses / str(number), shard_name(number)
    taker: Taker
    if file.is_raw:
        indexed = file.format == "cdxj"
        taker = WarcTaker(path, file.name, config.urls, config.piece_bytes, pulse, indexed)
    else:
        source = ImportSource(config.source, config.licence, config.kind, config.sport)
        taker = RowsTaker(
            path, file.name, file.format, number, source, config.urls, config.piece_bytes, pulse
        )
    finished = {name: key for name, key in attempt.finished.items() if name.split("_")[0] == own}
    return attempt.lake.store, attempt.prefix, finished, number, taker, pulse


def _result(lake: Lake, id_: str, artifacts: dict[str, str], already: bool) -> Imported:
    found = [lake.artifact_at(folder) for folder in artifacts.values()]
    counts = total(Counts(a.rows_in, a.rows_out, a.dropped) for a in found)
    named = lake.manifest(found[0]).config["files"]
    return Imported(
        snapshot=id_,
        already=already,
        files=sum(not name.startswith(INDEXED) for name, _ in named),
        rows_in=counts.rows_in,
        rows_out=counts.rows_out,
        dropped=counts.dropped,
    )
