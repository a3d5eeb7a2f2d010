"""The doors of registration and promotion."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.counts import Counts
from tasks.door import door
from tasks.lake import Artifact, Lake
from tasks.register.config import RegisterConfig
from tasks.register.package import package
from tasks.register.promote import Outcome, settle
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Package the model with its card and its lineage."""
    return attempt.one(
        package,
        lake=attempt.lake,
        checkpoint=attempt.input("checkpoint"),
        report=attempt.input("report"),
    )


STAGE = Stage(
    name="register",
    artifact="release",
    version=1,
    build=build,
    libraries=("mlflow",),
    code=("tasks.register",),
    measurements=("mlflow_model/MLmodel",),
)
register = door(STAGE)


@task(name="promote", cache_policy=NO_CACHE, persist_result=False)
def promote(lake: str, release: Artifact, config: RegisterConfig, tracking_uri: str, home: str) -> Outcome:
    """Register the release and move the champion alias if its floors are reached."""
    return settle(Lake(lake), release, config, tracking_uri, Path(home))
