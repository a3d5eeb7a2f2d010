"""Shards that an earlier artifact of the same snapshot already holds: a segment is extracted once.

A shard is known by its call: the stage, its version and libraries, the function, and the arguments, files by
their hash. When a snapshot's raw data gains a segment, or one is rewritten, the others' documents are
taken over, whatever the new artifact's fingerprint is.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tasks.config_base import identity
from tasks.counts import Counts
from tasks.lake import Blob, DamagedArtifact, Lake, digest_of

Plain = str | int | float | bool | None


@dataclass(frozen=True)
class MadeShard:
    """A finished shard: its files, by name within the shard, and what it counted."""

    files: tuple[tuple[str, Blob], ...]
    counts: dict[str, Any]

    def is_whole(self) -> bool:
        """Return whether every file is there, unaltered."""
        try:
            for _, blob in self.files:
                blob.path()
        except DamagedArtifact:
            return False
        return True


def call_key(
    stage: str,
    version: int,
    libraries: Mapping[str, str],
    fn: Callable[..., Counts],
    arguments: Mapping[str, Any],
) -> str:
    """Return the digest of what decides a shard's bytes.

    Raises:
        TypeError: if an argument is of a type whose content is not known here.
    """
    return digest_of(
        {
            "stage": stage,
            "version": version,
            "libraries": dict(libraries),
            "function": f"{fn.__module__}.{fn.__qualname__}",
            "arguments": {name: _spelled(value) for name, value in sorted(arguments.items())},
        }
    )


def _spelled(value: Any) -> Any:
    if isinstance(value, Plain):
        return value
    if isinstance(value, Blob):
        return {"sha256": value.sha256}
    if isinstance(value, BaseModel):
        return identity(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _spelled(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    raise TypeError(f"a shard's argument of type {type(value).__name__} has no known content")


def made_before(lake: Lake, artifact: str, snapshot: str, stage: str) -> dict[str, MadeShard]:
    """Return the shards of a snapshot's committed artifacts by call key; the newest of each."""
    found = {}
    for manifest in lake.manifests(artifact, snapshot):
        if manifest.stage != stage:
            continue
        blobs = {
            file.name: Blob(
                lake.store,
                f"{artifact}/{snapshot}/{manifest.fingerprint}/{file.path}",
                file.num_bytes,
                file.sha256,
            )
            for file in manifest.files
        }
        for name, shard in manifest.shards.items():
            inside = f"{name}/"
            files = [
                (key.removeprefix(inside), blob) for key, blob in blobs.items() if key.startswith(inside)
            ]
            found[str(shard["key"])] = MadeShard(tuple(files), shard["counts"])
    return found


def take_over(made: MadeShard, out: Path) -> Counts:
    """Write a shard's files again, byte for byte."""
    for name, blob in made.files:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(blob.path(), target)
    return Counts(**made.counts)
