"""No source is crawled whose terms nobody accepted, and no real one by somebody its owner cannot reach."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.crawl.config import CrawlConfig


def check_terms(sources: Sequence[str], accepted: Sequence[str]) -> None:
    """Refuse sources that are unknown, or whose terms must be accepted by name and were not.

    Raises:
        ValueError: naming the source and what to do.
    """
    from crawlers.catalog import load_catalog, unknown_source

    catalog = load_catalog()
    for source in (*sources, *accepted):
        if source not in catalog:
            raise ValueError(unknown_source(source, catalog))
    for source in sources:
        entry = catalog[source]
        if not entry.is_crawled:
            raise ValueError(f"source {source} is imported, not crawled: {entry.how}")
        if not entry.is_open and source not in accepted:
            raise ValueError(
                f"source {source} is crawled under terms ({entry.terms}); read them, then accept them "
                f"by name: --set 'accept_terms=[{source}]'"
            )


def check_contact(config: CrawlConfig) -> None:
    """Refuse to crawl real sites without saying who we are; a replayed recording asks nobody.

    Raises:
        ValueError: naming the source and what to do.
    """
    from crawlers.catalog import load_catalog

    catalog = load_catalog()
    real = [source for source in config.sources if not catalog[source].simulated]
    if real and not config.contact and not config.replay:
        raise ValueError(
            f"source {real[0]} is a real site, whose owner must be able to reach you: "
            "--set crawl.contact=you@example.org (a page or an e-mail address)"
        )
