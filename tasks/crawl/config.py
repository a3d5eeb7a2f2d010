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
    max_pages_per_source: int = Field(100_000, ge=1, description="Pages after which a source is left.")
    max_seconds: int = Field(21_600, ge=1, description="Seconds after which a crawl ends with what it has.")
    user_agent: str = Field(
        "sportslm/0.1 (+https://example.org/sportslm; crawler of a sports language model)",
        min_length=8,
        description="How the crawler introduces itself; put a page and a contact of yours into it.",
    )
