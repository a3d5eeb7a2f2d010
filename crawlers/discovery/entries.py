"""Where a crawl of a source begins at a given moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawlers.catalog import Source, dated_url
from crawlers.discovery.mediawiki import category_url


def entry_points(source: Source, as_of: datetime) -> list[str]:
    """Return the listings a crawl starts from.

    An entry point with ``{day:…}`` stands for the ``days_back`` UTC days before ``as_of``, the latest first;
    that of a MediaWiki for the categories of its walk.
    """
    if source.mediawiki is not None:
        categories = source.mediawiki.categories
        return [category_url(url, category, 0) for url in source.entry_points for category in categories]
    days = [as_of.astimezone(UTC) - timedelta(days=back) for back in range(1, source.days_back + 1)]
    starts: list[str] = []
    for url in source.entry_points:
        starts += [dated_url(url, day) for day in days] if "{" in url else [url]
    return list(dict.fromkeys(starts))
