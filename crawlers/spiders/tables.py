"""Sources of statistics: their pages hide tables, and the links in them, in HTML comments."""

from __future__ import annotations

from crawlers.discovery import Found, tables_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class TablesSpider(SourceSpider):
    """Finds pages by links, also by those inside comments; bodies are stored with their comments."""

    name = "tables"

    def links(self, fetched: Fetched) -> Found:
        """Return a listing's links in scope."""
        return tables_links(fetched.body, fetched.url, self.source.scope)
