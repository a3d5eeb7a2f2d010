"""What every flow does first: open the lake, settle the chain of snapshots, note which run this is."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.walk import Run, check_stage
from tasks.config import PipelineConfig
from tasks.crawl.terms import check_terms
from tasks.lake import Lake, Snapshot
from tasks.snapshots import open_chain


def start_run(
    config: PipelineConfig, until: str = "", renewed: tuple[str, ...] = ()
) -> tuple[Run, list[Snapshot]]:
    """Return a walk over the lake and the chain of snapshots it works on.

    Raises:
        ValueError: for an unknown stage, terms not accepted, or nothing to work on.
    """
    from prefect.runtime import flow_run

    for name in (*renewed, *([until] if until else [])):
        check_stage(name)
    if "crawl" in renewed:
        raise ValueError(
            "a crawl cannot be refreshed: today's web is not the web of its snapshot; "
            "start a new snapshot instead (--set snapshot=new)"
        )
    check_terms(config.crawl.sources, config.accept_terms)
    lake = Lake(config.lake_uri)
    chain = open_chain(lake, config.snapshot, config.crawl, datetime.now(UTC), dry=False)
    provenance = (("flow_run", str(flow_run.id or "")), ("flow_run_name", str(flow_run.name or "")))
    return Run(config, lake, until, renewed, provenance), chain
