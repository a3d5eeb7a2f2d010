"""Spiders, one for each kind of access."""

from crawlers.spiders.api import ApiSpider
from crawlers.spiders.base import SourceSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.section import SectionSpider
from crawlers.spiders.sitemap import SitemapSpider

SPIDERS: dict[str, type[SourceSpider]] = {
    "api": ApiSpider,
    "feed": FeedSpider,
    "section": SectionSpider,
    "sitemap": SitemapSpider,
}
