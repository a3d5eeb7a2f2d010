"""JSON APIs with a listing, a cursor and one resource for each item."""

from __future__ import annotations

from crawlers.discovery import Found, api_links
from crawlers.fetch import Fetched
from crawlers.spiders.base import SourceSpider


class ApiSpider(SourceSpider):
    """Finds resources in a JSON API's listing."""

    name = "api"

    def links(self, fetched: Fetched) -> Found:
        """Return the resources a listing names and its next page."""
        assert self.source.api, "the catalogue gives every api source its shape"
        return api_links(fetched.body, fetched.url, self.source.api)
