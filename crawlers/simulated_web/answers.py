"""What a request of the simulated web asks and what it gets, without a network: the server only carries it.

A site whose answers are more than its pages (keys, tokens, paging, traps) has a desk, which looks at a
request first; what it leaves alone is answered with the page at the URL.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from crawlers.simulated_web.page import JSON, TEXT, Page


@dataclass(frozen=True)
class Ask:
    """One request; header names are in lower case, ``port`` is where the simulated web listens."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    port: int = 0

    @property
    def host(self) -> str:
        """The host name."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The path, as it was sent."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of repeated ones the last."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """One answer.

    ``declared_length`` is a Content-Length that need not be true. With a ``stream`` the body is its chunks,
    one each ``pause_s`` seconds, without a length unless one is declared.
    """

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    declared_length: int | None = None
    stream: Iterator[bytes] | None = None
    pause_s: float = 0.0


class Desk(Protocol):
    """A site's answers that depend on more than the URL."""

    def answer(self, ask: Ask) -> Answer | None:
        """Return the answer, or None to have the URL's page served."""


def plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """Return a short answer in plain text."""
    return Answer(status, text.encode(), TEXT, headers)


def moved(url: str) -> Answer:
    """Return a redirect."""
    return plain(302, "moved", ("Location", url))


def json_answer(data: object, *headers: tuple[str, str], status: int = 200) -> Answer:
    """Return data as JSON."""
    return Answer(status, json.dumps(data, ensure_ascii=False).encode(), JSON, headers)


def page_answer(page: Page | None, ask: Ask) -> Answer:
    """Return what a page answers: 304 if a validator sent along still holds (RFC 9110 section 13.2.2)."""
    if page is None or page.prefix:
        return plain(404, "not found")
    if page.redirect:
        return moved(page.redirect)
    if page.status != 200:
        return Answer(page.status, page.body, page.content_type, page.headers)
    etag = page.etag if "ETag" in page.validators else None
    dated = page.published_at if "Last-Modified" in page.validators else None
    modified = format_datetime(dated, usegmt=True) if dated else None
    sent = {"ETag": etag, "Last-Modified": modified}
    headers = (*((name, value) for name, value in sent.items() if value), *page.headers)
    asked = ask.headers.get("if-none-match")
    if (etag and asked == etag) or (
        asked is None and modified and ask.headers.get("if-modified-since") == modified
    ):
        return Answer(304, headers=headers)
    return Answer(200, page.body, page.content_type, headers)
