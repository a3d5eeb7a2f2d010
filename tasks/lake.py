"""The lake: artifacts under ``<artifact>/<snapshot>/<fingerprint>/``, each committed by its manifest.

The manifest is the truth. It is written last, created only if none exists (or replacing exactly the one
judged bad); readers open only files it lists and check their hashes. What no manifest lists is garbage.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tasks.store import Entry, S3Store, Store, open_store, sha256_of

FORMAT = 1
MARKER = "lake.json"
FINGERPRINT_HEX = 12
ARTIFACTS = (
    "raw",
    "documents",
    "classifiers",
    "clean",
    "unique",
    "mixture",
    "tokenizer",
    "tokens",
    "conversations",
    "checkpoint",
    "report",
    "release",
)


class LakeError(ValueError):
    """Something in the lake is not as it must be; the message names the file and the remedy."""


class DamagedArtifact(LakeError):  # noqa: N818 - it says what happened
    """Files behind a manifest are gone or altered."""


class Frozen(BaseModel):
    """A small immutable object that tasks exchange."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredFile(Frozen):
    """One file of an artifact.

    Attributes:
        name: what readers call it (``00000/documents.parquet``), the same whichever attempt wrote it.
        path: where it lies, relative to the artifact's folder.
        measurement: true for timings and the like, which stay outside the content digest.
    """

    name: str
    path: str
    num_bytes: int
    sha256: str
    etag: str
    measurement: bool = False


class Artifact(Frozen):
    """A committed result of a stage, small enough to pass between tasks."""

    stage: str
    artifact: str
    snapshot: str
    fingerprint: str
    uri: str
    content_digest: str
    rows_in: int = 0
    rows_out: int = 0
    dropped: dict[str, int] = {}
    inputs: dict[str, list[str]] = {}

    @property
    def folder(self) -> str:
        """The artifact's key in the lake."""
        return f"{self.artifact}/{self.snapshot}/{self.fingerprint}"


class Manifest(Frozen):
    """What commits an artifact: its files, where it came from, and who made it.

    Attributes:
        shards: the call and the counts of each shard that a later artifact may take over.
    """

    format: int = FORMAT
    stage: str
    artifact: str
    snapshot: str
    fingerprint: str
    key: str
    stage_version: int
    libraries: dict[str, str]
    config: dict[str, Any]
    inputs: dict[str, list[dict[str, str]]]
    files: list[StoredFile]
    content_digest: str
    rows_in: int
    rows_out: int
    dropped: dict[str, int]
    extra: dict[str, int] = {}
    shards: dict[str, dict[str, Any]] = {}
    execution: dict[str, Any] = {}
    code: str = ""
    provenance: dict[str, str] = {}
    seconds: float = 0.0
    created_at: str = ""

    def to_artifact(self, lake_uri: str) -> Artifact:
        """Return the small object that tasks exchange."""
        return Artifact(
            stage=self.stage,
            artifact=self.artifact,
            snapshot=self.snapshot,
            fingerprint=self.fingerprint,
            uri=f"{lake_uri}/{self.artifact}/{self.snapshot}/{self.fingerprint}",
            content_digest=self.content_digest,
            rows_in=self.rows_in,
            rows_out=self.rows_out,
            dropped=self.dropped,
            inputs={name: [ref["path"] for ref in refs] for name, refs in self.inputs.items()},
        )


class Snapshot(Frozen):
    """One link of the chain: what was fetched or imported, and when.

    Attributes:
        sequence: 1 for the first, its parent's plus one after that.
        spec: the crawl's settings, or what was imported; never changed afterwards.
        artifacts: artifacts that came with the snapshot (an import's), by artifact name.
    """

    id: str
    sequence: int
    parent: str | None
    kind: str
    as_of: str
    spec: dict[str, Any] = {}
    artifacts: dict[str, str] = {}


@dataclass(frozen=True)
class Blob:
    """A file in the lake that a worker can fetch for itself.

    Attributes:
        checked: whether its hash is checked as it is opened; not where the same attempt has just written it.
    """

    store: Store
    key: str
    num_bytes: int
    sha256: str
    checked: bool = True

    def path(self) -> Path:
        """Return a local path to the file, after checking its hash.

        Raises:
            DamagedArtifact: if the bytes are not those the manifest lists.
        """
        path = self.store.local_path(self.key, self.sha256)
        if not path.exists() or (self.checked and sha256_of(path) != self.sha256):
            raise DamagedArtifact(
                f"{self.store.uri}/{self.key} is not the file its manifest lists (gone or altered); "
                "run again to rebuild it, or restore it from a backup"
            )
        return path


def canonical_json(value: Any) -> str:
    """Return the one JSON spelling of a value: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()


def content_digest(files: Iterable[StoredFile]) -> str:
    """Return the digest of an artifact's content: names and hashes, without measurements or places."""
    return digest_of(sorted((f.name, f.sha256) for f in files if not f.measurement))


def link(source: Path, target: Path) -> None:
    """Make ``target`` another name of ``source``, for reading only: a hard link, or a symbolic one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system
        target.symlink_to(source.resolve())


class Lake:
    """Artifacts, manifests and snapshots in one storage.

    Raises:
        LakeError: if the folder was made by another version, or holds something else.
    """

    def __init__(self, uri: str, dry: bool = False) -> None:
        """Open a lake, and make it if there is none; a dry look makes nothing."""
        self.store = open_store(uri)
        self.uri = self.store.uri
        self._check_marker(dry)

    def _check_marker(self, dry: bool) -> None:
        data = self.store.read(MARKER)
        if data is None:
            others = [key for key in self.store.list("") if not Path(key).name.startswith(".")]
            if others and not self._is_marked():
                raise LakeError(
                    f"{self.uri} holds other files ({others[0]}, …) and is no lake; name an empty folder"
                )
            if dry:
                return
            self.store.create(MARKER, canonical_json({"format": FORMAT}).encode())
            data = self.store.read(MARKER) or b""
        try:
            found = json.loads(data)["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(
                f"{self.uri}/{MARKER} is not readable ({error}); restore it from a backup"
            ) from error
        if found != FORMAT:
            raise LakeError(
                f"lake {self.uri} has format {found}, this version reads format {FORMAT}; "
                "use the version that made it, or name another lake"
            )

    def _is_marked(self) -> bool:
        return self.store.read(MARKER) is not None  # another process may have marked it since

    # -- artifacts ------------------------------------------------------------------------------------

    def manifest_key(self, artifact: str, snapshot: str, fingerprint: str) -> str:
        """Return where an artifact's manifest lies."""
        return f"{artifact}/{snapshot}/{fingerprint}/manifest.json"

    def manifest_at(self, key: str) -> Manifest | None:
        """Return a manifest, or None when there is none.

        Raises:
            LakeError: if it cannot be read as one of this version.
        """
        data = self.store.read(key)
        if data is None:
            return None
        try:
            return Manifest.model_validate_json(data)
        except ValidationError as error:
            problem = error.errors()[0]
            raise LakeError(
                f"{self.uri}/{key} is no manifest of this version ({problem['loc']}: {problem['msg']}); "
                "delete it and run again, or restore it from a backup"
            ) from error

    def manifest(self, artifact: Artifact) -> Manifest:
        """Return the manifest behind an artifact.

        Raises:
            LakeError: if it is gone.
        """
        found = self.manifest_at(f"{artifact.folder}/manifest.json")
        if found is None:
            raise LakeError(f"{artifact.uri}/manifest.json is gone; run again to rebuild {artifact.stage}")
        return found

    def manifests(self, artifact: str = "", snapshot: str = "") -> list[Manifest]:
        """Return all manifests of a kind of artifact, oldest first; all kinds without one."""
        found = []
        for kind in [artifact] if artifact else ARTIFACTS:
            for key in self.store.list(f"{kind}/{snapshot}" if snapshot else kind):
                if key.endswith("/manifest.json"):
                    manifest = self.manifest_at(key)
                    if manifest is not None:
                        found.append(manifest)
        return sorted(found, key=lambda m: (m.created_at, m.artifact, m.fingerprint))

    def damage(self, manifest: Manifest) -> list[str]:
        """Name the files behind a manifest that are gone or altered; one listing, hashes only in doubt."""
        folder = f"{manifest.artifact}/{manifest.snapshot}/{manifest.fingerprint}"
        listing = self.store.list(folder)
        bad = []
        for file in manifest.files:
            key = f"{folder}/{file.path}"
            found = listing.get(key)
            if found is None:
                bad.append(f"{key} (gone)")
            elif found.num_bytes != file.num_bytes:
                bad.append(f"{key} ({found.num_bytes} bytes, its manifest says {file.num_bytes})")
            elif found.etag != file.etag and self.store.sha256(key) != file.sha256:  # copying changes tags
                bad.append(f"{key} (altered)")
        return bad

    def files(self, artifact: Artifact, name: str = "") -> list[Blob]:
        """Return an artifact's files called ``name`` (in any shard), in shard order."""
        return [
            Blob(self.store, f"{artifact.folder}/{file.path}", file.num_bytes, file.sha256)
            for file in sorted(self.manifest(artifact).files, key=lambda f: f.name)
            if not name or file.name == name or file.name.endswith(f"/{name}")
        ]

    def paths(self, artifact: Artifact, name: str = "") -> list[Path]:
        """Return local paths of an artifact's files, hashes checked."""
        return [blob.path() for blob in self.files(artifact, name)]

    def path(self, artifact: Artifact, name: str) -> Path:
        """Return the local path of the one file called ``name``.

        Raises:
            LakeError: if there is not exactly one.
        """
        found = self.paths(artifact, name)
        if len(found) != 1:
            raise LakeError(f"{artifact.uri} has {len(found)} files called {name}, one was needed")
        return found[0]

    def local_folder(self, artifact: Artifact, folder: Path) -> Path:
        """Lay an artifact's files out under ``folder`` by name, by hard link if possible, hashes checked."""
        for file in self.manifest(artifact).files:
            blob = Blob(self.store, f"{artifact.folder}/{file.path}", file.num_bytes, file.sha256)
            link(blob.path(), folder / file.name)
        return folder

    def folder_with(self, artifact: Artifact, name: str) -> Path:
        """Return a local folder with the one file called ``name`` and those beside it, hashes checked."""
        if isinstance(self.store, S3Store):
            whole = self.store.cache / "folders" / artifact.content_digest[:FINGERPRINT_HEX]
            (inside,) = [f.name for f in self.manifest(artifact).files if f.name.endswith(f"/{name}")]
            return (self.local_folder(artifact, whole) / inside).parent
        folder = self.path(artifact, name).parent
        self.paths(artifact)  # its neighbours' hashes too
        return folder

    def commit(self, manifest: Manifest, replacing: Entry | None = None) -> bool:
        """Write a manifest if none exists, or in the place of exactly the one judged bad; tell who won."""
        key = self.manifest_key(manifest.artifact, manifest.snapshot, manifest.fingerprint)
        data = (json.dumps(manifest.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode()
        if replacing is not None:
            return self.store.replace(key, data, replacing.etag)
        return self.store.create(key, data)

    def drop(self, folder: str) -> None:
        """Delete an artifact that no snapshot names, its manifest first."""
        found = self.store.list(folder)
        self.store.delete(key for key in found if key == f"{folder}/manifest.json")
        self.store.delete(found)

    def artifact_at(self, folder: str) -> Artifact:
        """Return the artifact in a folder of the lake.

        Raises:
            LakeError: if nothing is committed there.
        """
        manifest = self.manifest_at(f"{folder}/manifest.json")
        if manifest is None:
            raise LakeError(f"{self.uri}/{folder}/manifest.json is gone; restore it from a backup")
        return manifest.to_artifact(self.uri)

    def refuse_damage(self, artifact: Artifact) -> None:
        """Refuse an imported artifact whose files are gone or altered: nobody but the user can make it again.

        Raises:
            DamagedArtifact: naming the files.
        """
        damaged = self.damage(self.manifest(artifact))
        if damaged:
            raise DamagedArtifact(
                f"{artifact.artifact} of snapshot {artifact.snapshot} is damaged: {', '.join(damaged)}. "
                "It cannot be made again: restore these files from a backup, or start a new snapshot "
                "(--set snapshot=new)"
            )

    # -- snapshots ------------------------------------------------------------------------------------

    def snapshots(self) -> list[Snapshot]:
        """Return the chain of snapshots, oldest first."""
        chain = []
        for key in self.store.list("snapshots"):
            data = self.store.read(key)
            if data is None or not re.fullmatch(r"snapshots/\d{6}\.json", key):
                continue
            try:
                chain.append(Snapshot.model_validate_json(data))
            except ValidationError as error:
                raise LakeError(
                    f"{self.uri}/{key} is no snapshot record; restore it from a backup"
                ) from error
        return sorted(chain, key=lambda s: s.sequence)

    def add_snapshot(
        self,
        id_: str,
        kind: str,
        as_of: str,
        spec: Mapping[str, Any],
        artifacts: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Append a snapshot to the chain; when several do at once, each gets a place of its own.

        Raises:
            LakeError: if the id is taken by a snapshot with another content.
        """
        while True:
            chain = self.snapshots()
            for known in chain:
                if known.id == id_:
                    if (known.kind, known.spec) == (kind, dict(spec)):
                        return known
                    raise LakeError(
                        f"snapshot {id_} exists with another content; give the new one another id"
                    )
            made = Snapshot(
                id=id_,
                sequence=len(chain) + 1,
                parent=chain[-1].id if chain else None,
                kind=kind,
                as_of=as_of,
                spec=dict(spec),
                artifacts=dict(artifacts or {}),
            )
            if self.store.create(
                f"snapshots/{made.sequence:06}.json", made.model_dump_json(indent=1).encode()
            ):
                return made
