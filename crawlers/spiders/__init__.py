"""Spiders, one for each kind of access."""

from crawlers.spiders.api import ApiSpider
from crawlers.spiders.base import SourceSpider
from crawlers.spiders.feed import FeedSpider
from crawlers.spiders.mediawiki import MediaWikiSpider
from crawlers.spiders.reddit import RedditSpider
from crawlers.spiders.section import SectionSpider
from crawlers.spiders.sitemap import SitemapSpider
from crawlers.spiders.tables import TablesSpider

SPIDERS: dict[str, type[SourceSpider]] = {
    "api": ApiSpider,
    "feed": FeedSpider,
    "mediawiki": MediaWikiSpider,
    "reddit": RedditSpider,
    "section": SectionSpider,
    "sitemap": SitemapSpider,
    "tables": TablesSpider,
}
