"""Sources reached through JSON APIs."""

from __future__ import annotations

from crawlers.discovery import Found, api_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class ApiSpider(SourceSpider):
    """Finds resources in listings that are paged by cursor, number or offset."""

    name = "api"

    def links(self, fetched: Fetched) -> Found:
        """Return what a listing leads to."""
        return api_links(fetched.body, fetched.url, self.source.api, self.source.scope.drop_parameters)
