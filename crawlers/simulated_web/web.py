"""The simulated sites together: what each URL answers, and the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from crawlers.simulated_web.answers import Desk
from crawlers.simulated_web.page import Page
from crawlers.simulated_web.sites import api, boards, daily, stats, steady, traps, wiki, wire
from crawlers.simulated_web.world import World


@dataclass(frozen=True)
class Site:
    """One source of the simulated web: its hosts, its pages, and its desk if answers need one."""

    source: str
    hosts: tuple[str, ...]
    build: Callable[[World], list[Page]]
    desk: Callable[[World, Mapping[str, Page]], Desk] | None = None


SITES = {
    site.source: site
    for site in (
        Site(daily.SOURCE, (daily.HOST,), daily.build),
        Site(wire.SOURCE, (wire.HOST,), wire.build),
        Site(stats.SOURCE, (stats.HOST,), stats.build),
        Site(api.SOURCE, (api.HOST,), api.build, api.Desk),
        Site(wiki.SOURCE, (wiki.HOST,), wiki.build, wiki.Desk),
        Site(boards.SOURCE, (boards.TOKEN_HOST, boards.API_HOST), boards.build, boards.Desk),
        Site(steady.SOURCE, (steady.HOST, steady.CDN_HOST), steady.build, steady.Desk),
        Site(traps.SOURCE, (traps.HOST,), traps.build, traps.Desk),
    )
}
DEMO_SOURCES = (daily.SOURCE, wire.SOURCE, stats.SOURCE, api.SOURCE)
DEMO_SECRETS = {  # by environment variable: documented, valid on the simulated web only
    "SIM_API_KEY": api.DEMO_KEY,
    "SIM_REDDIT_CLIENT_ID": boards.DEMO_CLIENT_ID,
    "SIM_REDDIT_CLIENT_SECRET": boards.DEMO_CLIENT_SECRET,
}
HOSTS = tuple(host for site in SITES.values() for host in site.hosts)


class SimulatedWeb:
    """The pages of some sites for one world, by URL."""

    def __init__(self, seed: int, matchday: int, sources: Iterable[str] | None = None) -> None:
        """Build the pages of the named sources; without names, of the demo's four.

        Raises:
            ValueError: if a source is not simulated, or the matchday not in the season.
        """
        self.world = World(seed, matchday)
        self.sites = tuple(_site(name) for name in dict.fromkeys(sources or DEMO_SOURCES))
        self.sources: dict[str, str] = {}
        self.pages: dict[str, Page] = {}
        for site in self.sites:
            for page in site.build(self.world):
                assert page.url not in self.pages, f"two pages at {page.url}"
                self.pages[page.url] = page
                self.sources[page.url] = site.source

    def page(self, url: str) -> Page | None:
        """Return what a URL answers, or None for 404."""
        found = self.pages.get(url)
        if found is None and url.startswith(stats.BASE):
            return stats.calendar_page(urlsplit(url).path)
        return found

    def desks(self) -> dict[str, Desk]:
        """Return new desks by host, for one server: they remember who asked."""
        found: dict[str, Desk] = {}
        for site in self.sites:
            if site.desk:
                found |= dict.fromkeys(site.hosts, site.desk(self.world, self.pages))
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
                    "status": page.status,
                    "opt_outs": list(page.opt_outs),
                    "trap": page.trap,
                    "budget": page.budget,
                    "prefix": page.prefix,
                }
            )
        games = [game.record() for game in self.world.games]
        return {"seed": self.world.seed, "matchday": self.world.matchday, "games": games, "pages": rows}


def dump_path(source: str, page: Page) -> PurePosixPath:
    """Return where ``dump`` writes a page: its source's folder, then its path."""
    media_type = page.content_type.split(";")[0]
    ending = {"text/html": ".html", "application/json": ".json"}.get(media_type, ".xml")
    path = urlsplit(page.url).path.strip("/") or "index"
    return PurePosixPath(source) / (path.removesuffix(ending) + ending)


def _site(name: str) -> Site:
    if name not in SITES:
        raise ValueError(f"source {name!r} is not simulated; the simulated ones are {', '.join(SITES)}")
    return SITES[name]
