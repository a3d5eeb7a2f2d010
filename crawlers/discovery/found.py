"""What was found on one listing, and when its parts last changed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

DAY = re.compile(r"[12]\d{3}(-[01]\d(-[0-3]\d)?)?")


class UnreadableListingError(ValueError):
    """A sitemap, feed or listing that is not what it should be.

    Attributes:
        retry_after_s: seconds after which to ask again, where the listing says that it is busy; else None.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass
class Found:
    """Addresses found on one listing.

    Attributes:
        navigation: listings to follow, with the moment they last changed (as ``moment`` writes it) or "".
        pages: pages to store, likewise.
        deleted: pages the listing says are gone.
    """

    navigation: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def add_page(self, url: str, changed_at: str = "") -> None:
        """Take in a page; of two mentions the later change counts."""
        self.pages[url] = max(changed_at, self.pages.get(url, ""))


def moment(text: str) -> str:
    """Return a date of a listing so that text order is time order, or "" where it cannot be read.

    Reads W3C dates (ISO 8601) and mail dates (RFC 5322, as in RSS). A day, month or year stays as it is; a
    moment becomes UTC in whole seconds (``2026-11-02T10:00:00Z``); one without a zone is taken for UTC.
    """
    text = text.strip()
    if DAY.fullmatch(text):
        return text
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return ""
    return utc_text(when if when.tzinfo else when.replace(tzinfo=UTC))


def unix_moment(seconds: object) -> str:
    """Return seconds since 1970 as ``moment`` writes them, or "" for what is no such number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    try:
        return utc_text(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return ""


def utc_text(when: datetime) -> str:
    """Return a moment with a zone as UTC in whole seconds, or "" where UTC has no year for it."""
    try:
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def read_json(body: bytes, url: str) -> Any:
    """Return a body's JSON; halves of surrogate pairs, which no address can carry, become question marks.

    Raises:
        UnreadableListingError: if it is none, or nested deeper than can be read.
    """
    try:
        data = json.loads(body)
        if b"\\ud" in body.lower():
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", errors="replace"))
        return data
    except (ValueError, RecursionError) as error:
        raise UnreadableListingError(f"{url}: not JSON: {error}") from error
