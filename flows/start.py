"""What every flow does first: open the lake, settle the chain of snapshots, note which run this is."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.request import check_request
from flows.walk import Run
from tasks.config import PipelineConfig
from tasks.lake import Lake, Snapshot
from tasks.snapshots import open_chain


def start_run(
    config: PipelineConfig, until: str = "", renewed: tuple[str, ...] = ()
) -> tuple[Run, list[Snapshot]]:
    """Return a walk over the lake and the chain of snapshots it works on.

    Raises:
        ValueError: for a request that cannot be met, or nothing to work on.
    """
    from prefect.runtime import flow_run

    check_request(config, until, renewed)
    lake = Lake(config.lake_uri)
    chain = open_chain(lake, config.snapshot, config.crawl, datetime.now(UTC), dry=False)
    provenance = (("flow_run", str(flow_run.id or "")), ("flow_run_name", str(flow_run.name or "")))
    return Run(config, lake, until, renewed, provenance), chain
