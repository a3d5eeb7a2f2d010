"""Promotion and rollback, as a person asks for them; and the promotion a retrain ends with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.environment import tracking_uri
from tasks.config import PipelineConfig
from tasks.lake import Artifact, Lake
from tasks.promotions import Promotion
from tasks.register.promote import promote_version, roll_back
from tasks.register.task import promote as promote_release


def promotion(lake: Lake, release: Artifact, config: PipelineConfig) -> dict[str, Any]:
    """Register a release and promote it behind its floors; returns the fields of a run's result."""
    uri = tracking_uri(Path(config.home), config.register.tracking_uri)
    outcome = promote_release(lake.uri, release, config.register, uri, config.home)
    return dict(outcome.model_dump())


@flow(name="promote", flow_run_name="promote version {version}", log_prints=True)
def promote(config: PipelineConfig, version: int, why: str) -> Promotion:
    """Make a registered version champion; the reason is recorded with it."""
    return _promote(config, version, why)


@flow(name="rollback", flow_run_name="rollback", log_prints=True)
def rollback(config: PipelineConfig, why: str = "rollback") -> Promotion:
    """Make the previous champion champion again."""
    return _roll_back(config, why)


@task(name="promote version", cache_policy=NO_CACHE, persist_result=False)
def _promote(config: PipelineConfig, version: int, why: str) -> Promotion:
    uri = tracking_uri(Path(config.home), config.register.tracking_uri)
    return promote_version(Lake(config.lake_uri), version, config.register.model_name, uri, why)


@task(name="roll back", cache_policy=NO_CACHE, persist_result=False)
def _roll_back(config: PipelineConfig, why: str) -> Promotion:
    uri = tracking_uri(Path(config.home), config.register.tracking_uri)
    return roll_back(Lake(config.lake_uri), config.register.model_name, uri, why, Path(config.home))
