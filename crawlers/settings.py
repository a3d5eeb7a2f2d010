"""Scrapy's settings for every crawl: most of its defaults turned around (shared/FACTS.md says why)."""

from __future__ import annotations

from collections.abc import Iterable

from crawlers.catalog import Source

MAX_BODY_BYTES = 16 * 2**20


def crawler_settings(
    source: Source, routed_hosts: Iterable[str], route: str, replay: bool = False
) -> dict[str, object]:
    """Return one source's settings; everything not listed in a ``*_BASE`` here is off.

    Delays are ours (``crawlers/politeness.py``), which know more than Scrapy's of what a host asked for.
    """
    http = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
    if replay:
        http = "crawlers.replay.ReplayHandler"
    return {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
        "EXTENSIONS_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        # A replayed crawl connects to nobody.
        "DOWNLOADER_MIDDLEWARES_BASE": {
            **({} if replay else {"crawlers.guard.GuardMiddleware": 10}),
            "crawlers.decode.DecodeMiddleware": 590,
        },
        "DOWNLOAD_HANDLERS_BASE": {"http": http, "https": http},
        "DOWNLOAD_MAXSIZE": MAX_BODY_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_DELAY": 0.0,
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "CONCURRENT_REQUESTS": source.politeness.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": source.politeness.concurrency,
        "GUARD_ROUTED_HOSTS": list(routed_hosts),
        "GUARD_ROUTE": route,
    }
