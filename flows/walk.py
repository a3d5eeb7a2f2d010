"""A run's walk over the stages: each step enters a door and remembers what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prefect import get_run_logger
from pydantic import BaseModel

from flows.doors import DOORS
from flows.order import STAGES
from tasks.config import PipelineConfig
from tasks.crawl.config import CrawlConfig
from tasks.lake import Artifact, Lake, Snapshot
from tasks.stage import RunOptions


class Reached(Exception):  # noqa: N818 - not an error: the stage a run was asked to go to is done
    """The walk has come to the stage it was to end with."""


@dataclass(frozen=True)
class Taken:
    """One step of a run, for its summary."""

    stage: str
    snapshot: str
    state: str
    seconds: float
    artifact: Artifact


def stage_config(config: PipelineConfig, stage: str, snapshot: Snapshot) -> BaseModel:
    """Return a stage's settings; a crawl keeps those its snapshot was begun with."""
    if stage == "crawl" and snapshot.spec:
        return CrawlConfig.model_validate(snapshot.spec)
    found = getattr(config, stage)
    assert isinstance(found, BaseModel)
    return found


def beyond(stage: str, until: str) -> bool:
    """Tell whether ``stage`` comes after the one a run ends with."""
    return bool(until) and STAGES.index(stage) > STAGES.index(until)


@dataclass
class Run:
    """Walks by running: a step enters the stage's door, which says Cached or builds."""

    config: PipelineConfig
    lake: Lake
    until: str = ""
    renewed: Sequence[str] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    taken: list[Taken] = field(default_factory=list)

    def __call__(self, stage: str, snapshot: Snapshot, **inputs: Sequence[Artifact]) -> Artifact:
        if beyond(stage, self.until):
            raise Reached(self.until)
        started = time.monotonic()
        options = RunOptions(
            engine=self.config.engine,
            jobs=self.config.jobs,
            home=self.config.home,
            refresh=stage in self.renewed,
            provenance=self.provenance,
        )
        state: Any = DOORS[stage](
            self.lake.uri,
            snapshot.id,
            stage_config(self.config, stage, snapshot),
            {name: list(artifacts) for name, artifacts in inputs.items()},
            options,
            return_state=True,
        )
        artifact: Artifact = state.result()
        step = Taken(stage, snapshot.id, str(state.name), time.monotonic() - started, artifact)
        self.taken.append(step)
        tell(step)
        return artifact

    def imported(self, snapshot: Snapshot, artifact: str) -> list[Artifact]:
        """Return what a snapshot brought along."""
        folder = snapshot.artifacts.get(artifact)
        if folder is None:
            return []
        found = self.lake.artifact_at(folder)
        self.lake.refuse_damage(found)
        return [found]


def tell(step: Taken) -> None:
    """Say on stderr and in the run's log what a step came to."""
    made = step.artifact
    line = f"{step.stage:<14} {step.state:<10} {made.rows_out:>9,} rows  {step.seconds:6.1f} s  {made.folder}"
    sys.stderr.write(f"{line}\n")  # not print, which a flow takes into its log
    get_run_logger().info(line)
