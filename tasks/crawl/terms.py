"""No source is crawled whose terms nobody accepted."""

from __future__ import annotations

from collections.abc import Sequence


def check_terms(sources: Sequence[str], accepted: Sequence[str]) -> None:
    """Refuse sources that are unknown, or whose terms must be accepted by name and were not.

    Raises:
        ValueError: naming the source and what to do.
    """
    from crawlers.catalog import load_catalog

    catalog = load_catalog()
    for source in (*sources, *accepted):
        if source not in catalog:
            raise ValueError(f"unknown source {source!r}; sportslm sources list shows those there are")
    for source in sources:
        entry = catalog[source]
        if not entry.is_open and source not in accepted:
            raise ValueError(
                f"source {source} is crawled under terms ({entry.terms}); read them, then accept them "
                f"by name: --set 'accept_terms=[{source}]'"
            )
