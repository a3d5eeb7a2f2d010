"""Sources on Reddit: listings of threads, each thread with its comments a page."""

from __future__ import annotations

from crawlers.discovery import Found, is_deleted, reddit_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class RedditSpider(SourceSpider):
    """Finds threads in listings, and knows a deleted one when it sees it."""

    name = "reddit"

    def links(self, fetched: Fetched) -> Found:
        """Return a listing's threads."""
        return reddit_links(fetched.body, fetched.url)

    def is_deleted(self, fetched: Fetched) -> bool:
        """Return whether a thread's page says that the thread is gone."""
        return is_deleted(fetched.body)
