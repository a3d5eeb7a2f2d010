"""A plan for a configuration, without writing anything: no lake is made, no snapshot begun."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.plan import Planned, make_plan
from flows.request import check_request
from tasks.config import PipelineConfig
from tasks.lake import Lake
from tasks.snapshots import open_chain


def plan_for(
    config: PipelineConfig, until: str = "", renewed: tuple[str, ...] = ()
) -> tuple[list[Planned], str]:
    """Return a line per stage, and the lake they speak of.

    Raises:
        ValueError: for a request that cannot be met, or nothing to work on.
    """
    check_request(config, until, renewed)
    lake = Lake(config.lake_uri, dry=True)
    chain = open_chain(lake, config.snapshot, config.crawl, datetime.now(UTC), dry=True)
    return make_plan(config, lake, chain, until, renewed), lake.uri
