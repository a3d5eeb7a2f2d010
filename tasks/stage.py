"""The stage contract: fingerprints, attempts, shards that resume, and the commit.

A stage is a plain ``build(attempt) -> Counts``. Around it this module looks up the manifest, resumes finished
shards, checks that counts add up, and commits. Nothing here knows about Prefect (see ``tasks/door.py``).
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tasks.config_base import identity
from tasks.counts import Counts, total
from tasks.engine import EngineConfig, run_all
from tasks.jobs.config import JobsConfig
from tasks.lake import (
    FINGERPRINT_HEX,
    Artifact,
    Blob,
    DamagedArtifact,
    Lake,
    LakeError,
    Manifest,
    StoredFile,
    canonical_json,
    content_digest,
    digest_of,
)
from tasks.provenance import code_digest, made_with
from tasks.shard_reuse import call_key, made_before, take_over
from tasks.store import Entry, Store, sha256_of

Inputs = Mapping[str, Sequence[Artifact]]
Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, of: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Stage:
    """What the contract needs to know of a stage.

    Attributes:
        name: its one verb: folder, task, flow line and command.
        artifact: the kind of artifact it makes.
        version: raised whenever the same inputs would give other bytes.
        libraries: installed packages whose version decides the bytes.
        build: the work; writes files through the attempt and returns the counts.
        code: packages whose source decides the bytes, watched by ``plan``.
        content: how the content digest is taken; by default over names and hashes.
        impure: true for the crawl: damaged results are refused, never made again.
        measurements: names of files that hold timings and stay outside the content digest.
        page: name of a Markdown file of the artifact to show on the run's page, beside the summary.
        reuse: true if shards are taken over from earlier artifacts of the snapshot (tasks/shard_reuse.py).
        service: true if it may touch a network or a service, so that transient errors are worth a retry.
    """

    name: str
    artifact: str
    version: int
    build: Callable[[Attempt], Counts]
    libraries: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    content: Callable[[Lake, str, list[StoredFile]], str] | None = None
    impure: bool = False
    measurements: tuple[str, ...] = ()
    page: str = ""
    reuse: bool = False
    service: bool = False

    def library_versions(self) -> dict[str, str]:
        """Return the installed versions that enter the fingerprint."""
        return {name: importlib.metadata.version(name) for name in sorted(self.libraries)}


def fingerprint_key(stage: Stage, config: BaseModel, inputs: Inputs, window: str = "") -> str:
    """Return the full digest of what decides a stage's bytes.

    Inputs enter by content, so that one rebuilt to the same bytes changes nothing after it. ``window`` is the
    snapshot for the crawl, whose result depends on when it ran, and empty for every pure stage.
    """
    return digest_of(
        {
            "stage": stage.name,
            "version": stage.version,
            "libraries": stage.library_versions(),
            "config": identity(config),
            "inputs": {name: [a.content_digest for a in artifacts] for name, artifacts in inputs.items()},
            "window": window,
        }
    )


@dataclass
class Attempt:
    """One try at building an artifact; what ``build`` is given.

    Attributes:
        prefix: where this attempt writes, relative to the lake's root.
        options: where shards and jobs run.
    """

    lake: Lake
    stage: Stage
    snapshot: str
    fingerprint: str
    config: Any
    inputs: Inputs
    options: RunOptions
    progress: Progress = silent
    name: str = field(default_factory=lambda: f"a{os.getpid():x}{secrets.token_hex(3)}")
    written: dict[str, list[StoredFile]] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    @property
    def folder(self) -> str:
        """The artifact's folder in the lake."""
        return f"{self.stage.artifact}/{self.snapshot}/{self.fingerprint}"

    @property
    def prefix(self) -> str:
        """This attempt's own folder."""
        return f"{self.folder}/{self.name}"

    def input(self, name: str) -> Artifact:
        """Return the one input called ``name``."""
        (artifact,) = self.inputs[name]
        return artifact

    def blobs(self, name: str, file: str) -> list[Blob]:
        """Return the files called ``file`` of all artifacts of one input, in order."""
        return [blob for artifact in self.inputs[name] for blob in self.lake.files(artifact, file)]

    def blob(self, shard: str, name: str) -> Blob:
        """Return a file that this attempt wrote in one of its shards."""
        file = next(f for f in self.written[shard] if f.name == f"{shard}/{name}")
        return Blob(self.lake.store, f"{self.folder}/{file.path}", file.num_bytes, file.sha256, checked=False)

    def local(self, shard: str, name: str) -> Path:
        """Return the local path of a file that this attempt wrote."""
        return self.blob(shard, name).path()

    def discard(self, shard: str) -> None:
        """Leave a shard out of the artifact: its files were for later shards, and go when it is committed."""
        keys = [f"{self.folder}/{file.path}" for file in self.written.pop(shard)]
        self.after_commit.append(lambda: self.lake.store.delete([*keys, f"{self.prefix}/{shard}{MARKER}"]))

    @cached_property
    def finished(self) -> dict[str, str]:
        """Shards that earlier attempts finished before they were killed: shard name to marker key."""
        found: dict[str, str] = {}
        for key in self.lake.store.list(self.folder):
            if key.endswith(MARKER):
                found.setdefault(key.rsplit("/", 1)[1].removesuffix(MARKER), key)
        return found

    def shards(self, fn: Callable[..., Counts], calls: Mapping[str, Mapping[str, Any]]) -> Counts:
        """Run ``fn`` once per shard on the engine, skipping those an earlier attempt finished.

        Args:
            fn: top-level function ``(**arguments, out: Path) -> Counts`` that writes its files into ``out``.
            calls: arguments by shard name; blobs among them arrive as local paths.

        Returns:
            The sum of all shards' counts.
        """
        results: dict[str, dict[str, Any]] = {}
        measurements = self.stage.measurements
        for name in calls:
            marker = _read_marker(self.lake, self.finished[name]) if name in self.finished else None
            if marker is not None:
                results[name] = marker
        keys = self._call_keys(fn, calls)
        taken = self._taken_over({name: key for name, key in keys.items() if name not in results})
        todo = {
            name: (self.lake.store, self.prefix, name, *taken.get(name, (fn, dict(arguments))), measurements)
            for name, arguments in calls.items()
            if name not in results
        }
        self.progress(self.stage.name, len(results), len(calls))
        for name, result in run_all(self.options.engine, run_shard, todo):
            results[name] = result
            self.progress(self.stage.name, len(results), len(calls))
        for name in calls:
            self.written[name] = [StoredFile.model_validate(f) for f in results[name]["files"]]
        self.made = {name: {"key": keys[name], "counts": results[name]["counts"]} for name in keys}
        return total(Counts(**results[name]["counts"]) for name in calls)

    def _call_keys(self, fn: Callable[..., Counts], calls: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Return what decides each shard's bytes, where a later artifact may take them over."""
        if not self.stage.reuse:
            return {}
        stage = self.stage
        libraries = stage.library_versions()
        return {
            name: call_key(stage.name, stage.version, libraries, fn, call) for name, call in calls.items()
        }

    def _taken_over(self, keys: Mapping[str, str]) -> dict[str, tuple[Callable[..., Counts], dict[str, Any]]]:
        """Return the calls that copy what an earlier artifact of the snapshot holds."""
        if not keys or self.options.refresh:
            return {}
        before = made_before(self.lake, self.stage.artifact, self.snapshot, self.stage.name)
        return {
            name: (take_over, {"made": before[key]})
            for name, key in keys.items()
            if key in before and before[key].is_whole()
        }

    def one(self, fn: Callable[..., Counts], **arguments: Any) -> Counts:
        """Run ``fn`` as the stage's only shard, in this process, unless an earlier attempt finished it.

        Raises:
            DamagedArtifact: if it was a crawl that finished, and its files are gone or altered.
        """
        name = shard_name(0)
        result = _read_marker(self.lake, self.finished[name]) if name in self.finished else None
        if result is None and name in self.finished and self.stage.impure:
            raise DamagedArtifact(
                f"{self.lake.uri}/{self.folder} was fetched, but its manifest and some files are lost; "
                "restore it from a backup, or start a new snapshot (--set snapshot=new)"
            )
        if result is None:
            result = run_shard(self.lake.store, self.prefix, name, fn, arguments, self.stage.measurements)
        self.written[name] = [StoredFile.model_validate(f) for f in result["files"]]
        return Counts(**result["counts"])


@dataclass(frozen=True)
class RunOptions:
    """Where and how a run works; nothing here changes what a stage makes."""

    engine: EngineConfig = field(default_factory=EngineConfig)
    jobs: JobsConfig = field(default_factory=JobsConfig)
    home: str = ".sportslm"
    refresh: bool = False
    provenance: tuple[tuple[str, str], ...] = ()


MARKER = ".done.json"


def shard_name(number: int) -> str:
    """Return the name of the n-th shard, so that names sort as numbers do."""
    return f"{number:05d}"


def run_shard(
    store: Store,
    prefix: str,
    name: str,
    fn: Callable[..., Counts],
    arguments: dict[str, Any],
    measurements: tuple[str, ...],
) -> dict[str, Any]:
    """Run one shard where it is called, store its files, and mark it finished; returns the marker."""
    with store.workspace(f"{prefix}/{name}") as out:
        counts = fn(**{key: _localised(value) for key, value in arguments.items()}, out=out)
        counts.check(f"shard {name}")
        found = sorted(path for path in out.rglob("*") if path.is_file())
        hashes = {path.relative_to(out).as_posix(): (path.stat().st_size, sha256_of(path)) for path in found}
        store.publish(out, f"{prefix}/{name}")
    listing = store.list(f"{prefix}/{name}")
    marker = {
        "counts": vars(counts),
        "files": [
            StoredFile(
                name=f"{name}/{file}",
                path=f"{prefix.rsplit('/', 1)[1]}/{name}/{file}",
                num_bytes=num_bytes,
                sha256=sha256,
                etag=listing[f"{prefix}/{name}/{file}"].etag,
                measurement=file in measurements,
            ).model_dump()
            for file, (num_bytes, sha256) in hashes.items()
        ],
    }
    store.create(f"{prefix}/{name}{MARKER}", canonical_json(marker).encode())
    return marker


def _localised(value: Any) -> Any:
    if isinstance(value, Blob):
        return value.path()
    if isinstance(value, list | tuple):
        return type(value)(_localised(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        blobs = {name: blob for name, blob in vars(value).items() if isinstance(blob, Blob)}
        return (
            dataclasses.replace(value, **{name: blob.path() for name, blob in blobs.items()})
            if blobs
            else value
        )
    return value


def _read_marker(lake: Lake, key: str) -> dict[str, Any] | None:
    """Return a finished shard's marker if all its files are still there, unaltered."""
    data = lake.store.read(key)
    if data is None:
        return None
    marker: dict[str, Any] = json.loads(data)
    folder = key.rsplit("/", 2)[0]
    for file in marker["files"]:
        path = lake.store.local_path(f"{folder}/{file['path']}", file["sha256"])
        if not path.exists() or sha256_of(path) != file["sha256"]:
            return None
    return marker


@dataclass(frozen=True)
class Lookup:
    """What the lake holds for a fingerprint: a whole artifact, a damaged one, or nothing."""

    key: str
    manifest: Manifest | None
    damaged: list[str]
    entry: Entry | None = None

    @property
    def hit(self) -> bool:
        """Whether the artifact can be used as it is."""
        return self.manifest is not None and not self.damaged


def look_up(lake: Lake, stage: Stage, snapshot: str, config: BaseModel, inputs: Inputs) -> Lookup:
    """Find the artifact a stage would make, and check the files behind its manifest.

    Raises:
        DamagedArtifact: if the stage is the crawl and its files are damaged: yesterday's web is gone.
    """
    key = fingerprint_key(stage, config, inputs, snapshot if stage.impure else "")
    manifest_key = lake.manifest_key(stage.artifact, snapshot, key[:FINGERPRINT_HEX])
    entry = lake.store.entry(manifest_key)
    manifest = lake.manifest_at(manifest_key) if entry else None
    if manifest is None:
        return Lookup(key, None, [])
    if manifest.key != key:
        raise LakeError(f"two {stage.name} artifacts share the short fingerprint {key[:FINGERPRINT_HEX]}")
    damaged = lake.damage(manifest)
    if damaged and stage.impure:
        lake.refuse_damage(manifest.to_artifact(lake.uri))
    return Lookup(key, manifest, damaged, entry)


def build_artifact(
    lake: Lake,
    stage: Stage,
    snapshot: str,
    config: BaseModel,
    inputs: Inputs,
    options: RunOptions | None = None,
    progress: Progress = silent,
    judged: Entry | None = None,
) -> Artifact:
    """Build a stage's artifact and commit it, in the place of the manifest that was ``judged`` bad, if any.

    When two do so at once, one commits and both return that one's artifact.

    Raises:
        LakeError: if another build of the same fingerprint gave other bytes.
        ValueError: whatever the stage's inputs got wrong.
    """
    options = options or RunOptions()
    started = time.monotonic()
    key = fingerprint_key(stage, config, inputs, snapshot if stage.impure else "")
    fingerprint = key[:FINGERPRINT_HEX]
    attempt = Attempt(lake, stage, snapshot, fingerprint, config, inputs, options, progress)
    manifest_key = lake.manifest_key(stage.artifact, snapshot, fingerprint)
    if options.refresh:
        attempt.__dict__["finished"] = {}  # a refresh means: do all of it again
    try:
        counts = stage.build(attempt)
    except (OSError, DamagedArtifact):
        # A run beside this one, whose finished shards this one took up, may have committed and cleared them.
        if lake.store.entry(manifest_key) in (None, judged):
            raise
        return lake.artifact_at(attempt.folder)
    counts.check(stage.name)
    files = sorted((f for shard in attempt.written.values() for f in shard), key=lambda f: f.name)
    content = stage.content(lake, attempt.folder, files) if stage.content else content_digest(files)
    manifest = Manifest(
        stage=stage.name,
        artifact=stage.artifact,
        snapshot=snapshot,
        fingerprint=fingerprint,
        key=key,
        stage_version=stage.version,
        libraries=stage.library_versions(),
        config=identity(config),
        inputs={
            name: [{"path": a.folder, "content_digest": a.content_digest} for a in artifacts]
            for name, artifacts in inputs.items()
        },
        files=files,
        content_digest=content,
        rows_in=counts.rows_in,
        rows_out=counts.rows_out,
        dropped=counts.dropped,
        extra=counts.extra,
        shards=attempt.made,
        execution=config.model_dump(mode="json"),
        code=code_digest(stage.code),
        provenance={**made_with(), **dict(options.provenance), **attempt.provenance},
        seconds=round(time.monotonic() - started, 3),
        created_at=datetime.now(UTC).isoformat(timespec="microseconds"),
    )
    won = lake.commit(manifest, judged)
    artifact = manifest.to_artifact(lake.uri) if won else _adopt_winner(lake, manifest_key, manifest)
    for tidy in attempt.after_commit:
        tidy()
    return artifact


def _adopt_winner(lake: Lake, manifest_key: str, ours: Manifest) -> Artifact:
    winner = lake.manifest_at(manifest_key)
    if winner is None:
        raise LakeError(f"{lake.uri}/{manifest_key} was removed while {ours.stage} ran; run again")
    if winner.content_digest != ours.content_digest:
        raise LakeError(
            f"{ours.stage} gave other bytes here than in a run beside this one ({lake.uri}/{manifest_key}); "
            "theirs was committed first and stays; report this: the stage is not reproducible"
        )
    return winner.to_artifact(lake.uri)


def clear_folder(path: Path) -> Path:
    """Return ``path`` as an empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path
