"""Sources reached by sitemaps."""

from __future__ import annotations

from crawlers.discovery import Found, sitemap_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class SitemapSpider(SourceSpider):
    """Finds pages in sitemaps."""

    name = "sitemap"

    def links(self, fetched: Fetched) -> Found:
        """Return what a sitemap leads to."""
        return sitemap_links(fetched.body, fetched.url, self.source.scope.drop_parameters)
