"""The door of the crawl, the one stage whose result depends on when it ran."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from crawlers.run import SAVED_FRONTIER
from tasks.counts import Counts
from tasks.crawl.config import CrawlConfig
from tasks.crawl.copies import OPEN, SafeCopies
from tasks.crawl.crawl import STATS, SUMMARY, EarlierFile, crawl_into, raw_content
from tasks.door import door
from tasks.lake import Lake
from tasks.stage import Attempt, Stage


def build(attempt: Attempt) -> Counts:
    """Crawl the configured sources; pages that earlier snapshots hold unchanged are not stored again."""
    folder = Path(attempt.options.home) / "crawls" / f"{attempt.snapshot}-{attempt.fingerprint}"
    remove_committed(attempt.lake, folder)
    copies = None
    if attempt.lake.store.remote:
        copies = SafeCopies(attempt.lake.store, f"{attempt.folder}/{OPEN}")
        attempt.after_commit.append(copies.remove)
    return attempt.one(
        crawl_into,
        folder=str(folder),
        spec=_spec(attempt),
        earlier=_earlier(attempt),
        progress=attempt.progress,
        copies=copies,
    )


def _spec(attempt: Attempt) -> dict[str, Any]:
    config: CrawlConfig = attempt.config
    as_of = next(s.as_of for s in attempt.lake.snapshots() if s.id == attempt.snapshot)
    simulated = {"seed": config.simulated_seed, "matchday": config.simulated_matchday}
    return {
        "snapshot": attempt.snapshot,
        "as_of": as_of,
        "sources": list(config.sources),
        "simulated": None if config.replay else simulated,
        "replay": [str(Path(path).absolute()) for path in config.replay],
        "accept_terms": list(config.sources),  # the flow has checked them (tasks/crawl/terms.py)
        "max_pages_per_source": config.max_pages_per_source,
        "max_seconds": config.max_seconds,
        "user_agent": f"{config.user_agent} (+{config.contact})" if config.contact else config.user_agent,
    }


def _earlier(attempt: Attempt) -> list[EarlierFile]:
    """Return what earlier crawls left about the configured sources' pages, oldest first."""
    found = []
    for artifact in attempt.inputs["earlier"]:
        for blob in attempt.lake.files(artifact):
            source, name = blob.key.split("/")[-2:]
            if source in attempt.config.sources and (name.endswith(".jsonl") or name == SAVED_FRONTIER):
                found.append(EarlierFile(artifact.snapshot, source, name, blob.path()))
    return found


def remove_committed(lake: Lake, ours: Path) -> None:
    """Remove the folders of other crawls whose segments are in the lake."""
    for folder in ours.parent.glob("*-*"):
        snapshot, _, fingerprint = folder.name.rpartition("-")
        if folder != ours and lake.store.entry(lake.manifest_key("raw", snapshot, fingerprint)):
            shutil.rmtree(folder)


STAGE = Stage(
    name="crawl",
    artifact="raw",
    version=2,
    build=build,
    libraries=("scrapy",),
    code=("crawlers", "tasks.crawl"),
    content=raw_content,
    impure=True,
    measurements=(STATS, SUMMARY),
    page=SUMMARY,
    service=True,
)
crawl = door(STAGE)
