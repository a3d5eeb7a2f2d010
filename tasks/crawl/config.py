"""What to crawl, and how much of it."""

from __future__ import annotations

from pydantic import Field

from tasks.config_base import StageConfig


class CrawlConfig(StageConfig):
    """The crawl's settings. A snapshot keeps those it was begun with."""

    sources: tuple[str, ...] = Field(
        (), description="Catalogue ids to crawl (sportslm sources list); none: only imports are used."
    )
    simulated_seed: int = Field(
        1, ge=0, description="Seed of the simulated sports web, where its sources are crawled."
    )
    simulated_matchday: int = Field(
        7, ge=1, le=400, description="Matchday the simulated leagues have reached; higher is later."
    )
    replay: tuple[str, ...] = Field(
        (), description="WARC files to crawl as if they were the web, e.g. to run a past crawl again."
    )
    max_pages_per_source: int = Field(100_000, ge=1, description="Pages after which a source is left.")
    max_seconds: int = Field(21_600, ge=1, description="Seconds after which a crawl ends with what it has.")
    user_agent: str = Field(
        "sportslm/0.1",
        pattern=r"^[A-Za-z][A-Za-z_-]*/[0-9.]+$",
        description="How the crawler introduces itself: the token robots.txt knows it by, and a version.",
    )
    contact: str = Field(
        "",
        pattern=r"^(https?://\S+|[^\s@]+@[^\s@]+)?$",
        description="Page or e-mail address where a site's owner reaches you; sent with every request, "
        "needed for sources that are not simulated.",
    )
