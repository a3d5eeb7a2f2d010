"""The plan: which stages would run, and why, without running any.

A plan walks the same order as a run. A stage is cached when the lake holds its fingerprint whole; else the
newest artifact it made of this snapshot is compared, and the first difference is the reason. What follows a
stage that would run may still stay as it is, if that stage gives the same bytes again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from flows.doors import CONTRACTS
from flows.order import refresh, train
from flows.walk import Reached, beyond, stage_config
from tasks.config import PipelineConfig
from tasks.config_base import identity
from tasks.lake import Artifact, Lake, Manifest, Snapshot
from tasks.provenance import code_digest
from tasks.stage import Stage, look_up


@dataclass(frozen=True)
class Pending:
    """What a stage would make, not known yet."""

    stage: str
    artifact: str
    snapshot: str


@dataclass(frozen=True)
class Planned:
    """One line of a plan.

    Attributes:
        state: ``cached``, ``run``, or ``run unless same`` when only an input that would be rebuilt says so.
        why: the field, input, version or file that changed.
    """

    stage: str
    snapshot: str
    state: str
    why: str
    rows_out: int | None
    seconds: float | None
    warning: str = ""


@dataclass
class Plan:
    """Walks by looking."""

    config: PipelineConfig
    lake: Lake
    until: str = ""
    renewed: Sequence[str] = ()
    only: str = ""
    lines: list[Planned] = field(default_factory=list)

    def __call__(
        self, stage: str, snapshot: Snapshot, **inputs: Sequence[Artifact | Pending]
    ) -> Artifact | Pending:
        if beyond(stage, self.until):
            raise Reached(self.until)
        contract, config = CONTRACTS[stage], stage_config(self.config, stage, snapshot)
        pending = [made for found in inputs.values() for made in found if isinstance(made, Pending)]
        before = self._newest(contract, snapshot)
        if pending:
            why = self._config_change(contract, config, before)
            reason = why or f"input {pending[0].artifact} ({pending[0].stage}) will be rebuilt"
            return self._add(
                contract, snapshot, "run" if why or not before else "run unless same", reason, before
            )
        known = {name: [m for m in found if isinstance(m, Artifact)] for name, found in inputs.items()}
        found = look_up(self.lake, contract, snapshot.id, config, known)
        if stage in self.renewed:
            return self._add(contract, snapshot, "run", "asked for with --refresh", before)
        if found.damaged:
            return self._add(
                contract, snapshot, "run", f"damaged: {', '.join(found.damaged)}", found.manifest
            )
        if found.manifest is None:
            reason = self._difference(contract, config, known, before)
            return self._add(contract, snapshot, "run", reason, before)
        manifest = found.manifest
        warning = ""
        if manifest.code and manifest.code != code_digest(contract.code):
            warning = f"code changed since it was made, under the same STAGE version {contract.version}"
        self.lines.append(
            Planned(stage, snapshot.id, "cached", manifest.fingerprint, manifest.rows_out, None, warning)
        )
        return manifest.to_artifact(self.lake.uri)

    def imported(self, snapshot: Snapshot, artifact: str) -> list[Artifact | Pending]:
        """Return what a snapshot brought along."""
        folder = snapshot.artifacts.get(artifact)
        return [self.lake.artifact_at(folder)] if folder else []

    def _add(
        self, contract: Stage, snapshot: Snapshot, state: str, why: str, before: Manifest | None
    ) -> Pending:
        rows = before.rows_out if before else None
        seconds = before.seconds if before else None
        self.lines.append(Planned(contract.name, snapshot.id, state, why, rows, seconds))
        return Pending(contract.name, contract.artifact, snapshot.id)

    def _newest(self, contract: Stage, snapshot: Snapshot) -> Manifest | None:
        found = [m for m in self.lake.manifests(contract.artifact, snapshot.id) if m.stage == contract.name]
        return found[-1] if found else None

    def _config_change(self, contract: Stage, config: BaseModel, before: Manifest | None) -> str:
        if before is None:
            return "never made"
        now: dict[str, Any] = identity(config)
        changed = [
            f"{contract.name}.{name}: {before.config.get(name)} -> {now.get(name)}"
            for name in sorted({*now, *before.config})
            if before.config.get(name) != now.get(name)
        ]
        if changed:
            return "; ".join(changed)
        if before.stage_version != contract.version:
            return f"stage version: {before.stage_version} -> {contract.version}"
        libraries = contract.library_versions()
        for name in sorted({*libraries, *before.libraries}):
            if libraries.get(name) != before.libraries.get(name):
                return f"library {name}: {before.libraries.get(name)} -> {libraries.get(name)}"
        return ""

    def _difference(
        self, contract: Stage, config: BaseModel, inputs: dict[str, list[Artifact]], before: Manifest | None
    ) -> str:
        why = self._config_change(contract, config, before)
        if why or before is None:
            return why
        for name, artifacts in inputs.items():
            digests = [ref["content_digest"] for ref in before.inputs.get(name, [])]
            if [a.content_digest for a in artifacts] != digests:
                return f"input {name} changed"
        return "its manifest is gone"


def make_plan(
    config: PipelineConfig, lake: Lake, chain: Sequence[Snapshot], until: str, renewed: Sequence[str]
) -> list[Planned]:
    """Return a line for each stage of each snapshot, in the order they would run."""
    walk = Plan(config, lake, until, renewed)
    with contextlib.suppress(Reached):
        train(walk, chain, refresh(walk, chain), config)
    return walk.lines
