"""All simulated sites together: what each URL answers, and the truth about it."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from crawlers.simulated_web.page import HTML, JSON, Page
from crawlers.simulated_web.sites import api, daily, stats, wire
from crawlers.simulated_web.world import World

SITES = (daily, wire, stats, api)
HOSTS = tuple(site.HOST for site in SITES)


class SimulatedWeb:
    """The pages of all sites for one world, by URL."""

    def __init__(self, seed: int, matchday: int) -> None:
        self.world = World(seed, matchday)
        self.sources: dict[str, str] = {}
        self.pages: dict[str, Page] = {}
        for site in SITES:
            for page in site.build(self.world):
                assert page.url not in self.pages, f"two pages at {page.url}"
                self.pages[page.url] = page
                self.sources[page.url] = site.SOURCE

    def page(self, url: str) -> Page | None:
        """Return what a URL answers, or None for 404."""
        found = self.pages.get(url)
        if found is None and url.startswith(stats.BASE):
            return stats.calendar_page(urlsplit(url).path)
        return found

    def truth(self) -> dict[str, object]:
        """Return the games' records and every page's facts, as plain data."""
        rows = []
        for url in sorted(self.pages):
            page = self.pages[url]
            rows.append(
                {
                    "url": url,
                    "source": self.sources[url],
                    "role": page.role,
                    "crawlable": page.role == "page",
                    "kind": page.kind,
                    "sport": page.sport,
                    "content_type": page.content_type,
                    "payload_digest": page.payload_digest,
                    "events": list(page.events),
                    "copy_of": page.copy_of,
                    "copy": page.copy,
                    "file": str(dump_path(self.sources[url], page)) if page.role == "page" else None,
                }
            )
        games = [game.record() for game in self.world.games]
        return {"seed": self.world.seed, "matchday": self.world.matchday, "games": games, "pages": rows}


def dump_path(source: str, page: Page) -> PurePosixPath:
    """Return where ``dump`` writes a page: its source's folder, then its path."""
    ending = {HTML: ".html", JSON: ".json"}.get(page.content_type, ".xml")
    path = urlsplit(page.url).path.strip("/") or "index"
    return PurePosixPath(source) / (path.removesuffix(ending) + ending)
