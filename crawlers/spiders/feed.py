"""Sources reached by feeds."""

from __future__ import annotations

from crawlers.discovery import Found, feed_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class FeedSpider(SourceSpider):
    """Finds pages in feeds."""

    name = "feed"

    def links(self, fetched: Fetched) -> Found:
        """Return what a feed leads to."""
        return feed_links(fetched.body, fetched.url, self.source.scope.drop_parameters)
