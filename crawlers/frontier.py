"""What is known about addresses: stored before a restart, or seen by earlier snapshots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crawlers.warc import closed_segments, read_index


@dataclass(frozen=True)
class KnownPage:
    """A page as an earlier snapshot has it."""

    payload_digest: str
    etag: str | None
    last_modified: str | None

    def conditional_headers(self) -> dict[str, str]:
        """Return the validators to send (RFC 9110 section 13.1)."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


def load_known(path: Path | None) -> dict[str, KnownPage]:
    """Return known pages by URL; of several lines about one URL the last counts.

    Raises:
        ValueError: naming the line that is no row of url, payload_digest, etag and last_modified.
    """
    known: dict[str, KnownPage] = {}
    if path is None:
        return known
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                page = KnownPage(row["payload_digest"], row.get("etag"), row.get("last_modified"))
                known[row["url"]] = page
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"known: line {number} of {path} is no row with url and payload_digest"
                ) from error
    return known


def stored_urls(folder: Path) -> set[str]:
    """Return the URLs in a source's closed segments."""
    return {row.url for archive in closed_segments(folder) for row in read_index(archive)}


def crawl_order(pages: Mapping[str, str], known: Mapping[str, KnownPage]) -> list[str]:
    """Return page URLs in the order a page budget takes them: never seen first, newest first, then by URL."""
    by_url = sorted(pages)
    newest_first = sorted(by_url, key=lambda url: pages[url], reverse=True)  # stable: equal dates stay by URL
    return sorted(newest_first, key=lambda url: url in known)
