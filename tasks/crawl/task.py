"""The door of the crawl, the one stage whose result depends on when it ran."""

from __future__ import annotations

from pathlib import Path

from tasks.counts import Counts
from tasks.crawl.config import CrawlConfig
from tasks.crawl.crawl import crawl_into, raw_content
from tasks.door import door
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Crawl the configured sources; pages that earlier snapshots hold unchanged are not stored again."""
    config: CrawlConfig = attempt.config
    as_of = next(s.as_of for s in attempt.lake.snapshots() if s.id == attempt.snapshot)
    spec = {
        "snapshot": attempt.snapshot,
        "as_of": as_of,
        "sources": list(config.sources),
        "simulated": {"seed": config.simulated_seed, "matchday": config.simulated_matchday},
        "accept_terms": list(config.sources),  # the flow has checked them (tasks/crawl/terms.py)
        "known": None,
        "max_pages_per_source": config.max_pages_per_source,
        "max_seconds": config.max_seconds,
        "user_agent": config.user_agent,
    }
    earlier = [blob.path() for blob in attempt.blobs("earlier", "") if blob.key.endswith(".jsonl")]
    folder = Path(attempt.options.home) / "crawls" / f"{attempt.snapshot}-{attempt.fingerprint}"
    return attempt.one(crawl_into, folder=str(folder), spec=spec, known=earlier, progress=attempt.progress)


STAGE = Stage(
    name="crawl",
    artifact="raw",
    version=1,
    build=build,
    libraries=("scrapy",),
    code=("crawlers", "tasks.crawl"),
    content=raw_content,
    impure=True,
    measurements=("stats.json",),
    service=True,
)
crawl = door(STAGE)
