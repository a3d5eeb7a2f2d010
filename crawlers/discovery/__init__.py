"""What a page of each kind of access leads to: pure functions from a body and its URL to ``Found``."""

from crawlers.discovery.addresses import clean_url, is_http, with_parameter
from crawlers.discovery.apis import api_links
from crawlers.discovery.entries import entry_points
from crawlers.discovery.feeds import feed_links
from crawlers.discovery.found import Found, UnreadableListingError
from crawlers.discovery.mediawiki import mediawiki_links
from crawlers.discovery.pages import section_links, tables_links
from crawlers.discovery.reddit import is_deleted, reddit_links
from crawlers.discovery.sitemaps import sitemap_links

__all__ = [
    "Found",
    "UnreadableListingError",
    "api_links",
    "clean_url",
    "entry_points",
    "feed_links",
    "is_deleted",
    "is_http",
    "mediawiki_links",
    "reddit_links",
    "section_links",
    "sitemap_links",
    "tables_links",
    "with_parameter",
]
