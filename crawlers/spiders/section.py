"""Sources reached by following links within a scope."""

from __future__ import annotations

from crawlers.discovery import Found, section_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class SectionSpider(SourceSpider):
    """Finds pages by the links of listings that the scope calls navigation."""

    name = "section"

    def links(self, fetched: Fetched) -> Found:
        """Return a listing's links in scope."""
        return section_links(fetched.body, fetched.url, self.source.scope)
