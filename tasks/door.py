"""The door of every stage: a Prefect task that says Cached, or builds, and shows what it did.

A door looks the artifact up in the lake first. On a hit it returns ``Completed(name="Cached")``, so that the
UI shows Cached on any host without result storage; otherwise it builds and leaves a summary artifact.
"""

from __future__ import annotations

import sys
from typing import Any, cast

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed
from prefect.tasks import Task
from pydantic import BaseModel

from tasks.engine import EngineError
from tasks.lake import Artifact, Lake
from tasks.progress import reporter
from tasks.stage import Inputs, RunOptions, Stage, build_artifact, look_up
from tasks.summary import summary_markdown

RETRIES = 2
Door = Task[..., Any]


def is_transient(task: Any, run: Any, state: Any) -> bool:
    """Tell whether a failure may pass by itself: of a network, a service or a worker, never a computation."""
    try:
        state.result()
    except (ConnectionError, TimeoutError, EngineError):
        return True
    except Exception as error:  # noqa: BLE001 - whatever it was, only its name is looked at
        return type(error).__name__ in ("EndpointConnectionError", "ReadTimeoutError", "ThrottlingException")
    return False


def door(stage: Stage) -> Door:
    """Return the Prefect task of a stage; it takes the lake's URI, a snapshot, the config and the inputs."""

    def enter(
        lake: str, snapshot: str, config: BaseModel, inputs: Inputs, options: RunOptions
    ) -> Artifact | State[Artifact]:
        logger = get_run_logger()
        house = Lake(lake)
        found = look_up(house, stage, snapshot, config, inputs)
        if found.hit and not options.refresh and found.manifest is not None:
            artifact = found.manifest.to_artifact(house.uri)
            return Completed(name="Cached", message=f"{stage.name} {artifact.folder}", data=artifact)
        for file in found.damaged:
            logger.warning("rebuilding %s: %s", stage.name, file)
            sys.stderr.write(f"rebuilding {stage.name}: {file}\n")
        with reporter(stage.name) as progress:
            artifact = build_artifact(house, stage, snapshot, config, inputs, options, progress, found.entry)
        manifest = house.manifest(artifact)
        _show(f"stage-{stage.name}", summary_markdown(manifest, house.uri), artifact)
        if stage.page:
            _show(f"{stage.name}-page", house.path(artifact, stage.page).read_text("utf-8"), artifact)
        return artifact

    enter.__name__ = stage.name
    enter.__doc__ = f"Return the {stage.artifact} artifact of a snapshot, from the lake or made now."
    declare = task(
        name=stage.name,
        task_run_name=f"{stage.name} {{snapshot}}",
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=RETRIES if stage.service else 0,
        retry_delay_seconds=[2.0, 10.0] if stage.service else None,
        retry_jitter_factor=0.3 if stage.service else None,
        retry_condition_fn=is_transient if stage.service else None,
    )
    return cast(Door, declare(enter))


def _show(key: str, markdown: str, artifact: Artifact) -> None:
    create_markdown_artifact(key=key, markdown=markdown, description=artifact.folder)
