"""Sources that are MediaWikis: categories through the API, articles as pages."""

from __future__ import annotations

from datetime import UTC, datetime

from crawlers.discovery import Found, mediawiki_links
from crawlers.fetch import Fetched
from crawlers.politeness import retry_after_s
from crawlers.spiders.base import SourceSpider


class MediaWikiSpider(SourceSpider):
    """Finds articles by walking categories."""

    name = "mediawiki"

    def links(self, fetched: Fetched) -> Found:
        """Return a category's articles and subcategories."""
        walk = self.source.mediawiki
        assert walk is not None, "the catalogue gives access 'mediawiki' its walk"
        wait_s = retry_after_s(fetched.header("Retry-After"), datetime.now(UTC))
        return mediawiki_links(fetched.body, fetched.url, walk, wait_s)
