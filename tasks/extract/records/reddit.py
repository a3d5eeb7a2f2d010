"""Listings and comment threads of Reddit's API (https://www.reddit.com/dev/api): discussions as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.extract.plain_text import normalised
from tasks.extract.records.answer import INDEX_PAGE, REMOVED, JsonText

THREAD, COMMENT, LISTING = "t3", "t1", "Listing"
GONE = frozenset({"[removed]", "[deleted]"})


@dataclass(frozen=True)
class Post:
    """A thread's opening or a comment; empty where Reddit says nothing."""

    title: str
    author: str
    said: str
    written_at: str

    @classmethod
    def of(cls, data: dict[str, Any]) -> Post:
        """Return a post; what its author deleted or a moderator removed has nothing said."""
        body = _text(data.get("selftext")) or _text(data.get("body"))
        return cls(
            title=_text(data.get("title")),
            author="" if _text(data.get("author")) in GONE else _text(data.get("author")),
            said="" if body.strip() in GONE else body,
            written_at=_moment(data.get("created_utc")),
        )

    @property
    def text(self) -> str:
        """Who said what, or nothing."""
        said = "\n".join(part for part in (self.title, self.said) if part)
        return f"{self.author}: {said}" if self.author and said else said


def is_listing(value: object) -> bool:
    """Return whether an answer is a listing, or a thread: two of them."""
    listings = value if isinstance(value, list) else [value]
    return bool(listings) and all(
        isinstance(row, dict) and row.get("kind") == LISTING and isinstance(row.get("data"), dict)
        for row in listings
    )


def read(value: object) -> JsonText | str:
    """Return the posts in the order in which they are shown, replies below what they answer."""
    posts = [Post.of(data) for data in _posts(value)]
    if not posts:
        return INDEX_PAGE
    told = [post for post in posts if post.text]
    if not any(post.said for post in told) and not any(post.title for post in told):
        return REMOVED
    title = next((post.title for post in posts if post.title), "")
    text = normalised("\n\n".join(post.text for post in told))
    return JsonText(text, "discussion", title, posts[0].written_at, [], None)


def _posts(value: object) -> Iterator[dict[str, Any]]:
    """Yield posts and comments; "more" stubs, which only name others, and subreddits are none."""
    if isinstance(value, list):
        for item in value:
            yield from _posts(item)
    elif isinstance(value, dict) and isinstance(value.get("data"), dict):
        data = value["data"]
        if value.get("kind") in (COMMENT, THREAD):
            yield data
            yield from _posts(data.get("replies"))
        elif value.get("kind") == LISTING:
            yield from _posts(data.get("children"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(seconds: object) -> str:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
