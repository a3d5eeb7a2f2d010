"""Listings of Reddit's API: threads, and comments that name theirs; each thread is one document."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin

from crawlers.discovery.addresses import with_parameter
from crawlers.discovery.found import Found, UnreadableListingError, read_json, unix_moment

THREAD, COMMENT = "t3", "t1"  # kinds, and the beginning of full names
ID = re.compile(r"[0-9a-z]+")
REMOVED_TEXTS = frozenset({"[removed]", "[deleted]"})


def reddit_links(body: bytes, url: str) -> Found:
    """Return the threads of a listing with the moment each was written or edited, and its next page.

    A thread that its author deleted or a moderator removed is ``deleted``. Comments lead to their threads.

    Raises:
        UnreadableListingError: if the body is no listing.
    """
    data = read_json(body, url)
    if not isinstance(data, dict) or data.get("kind") != "Listing" or not isinstance(data.get("data"), dict):
        raise UnreadableListingError(f"{url}: not a Listing of Reddit's API")
    found = Found()
    for kind, thing in _things(data):
        if kind == THREAD and _is_id(thing.get("id")):
            address = thread_url(url, thing["id"])
            if _is_gone(thing):
                found.deleted.append(address)
            else:
                found.add_page(address, _changed_at(thing))
        elif kind == COMMENT and str(thing.get("link_id")).startswith(f"{THREAD}_"):
            identity = str(thing["link_id"]).removeprefix(f"{THREAD}_")
            if _is_id(identity):
                found.add_page(thread_url(url, identity))
    after = data["data"].get("after")
    if isinstance(after, str) and after:
        found.navigation[with_parameter(url, "after", after)] = ""
    return found


def thread_url(url: str, identity: str) -> str:
    """Return where the API at ``url`` has a thread with its comments."""
    return urljoin(url, f"/comments/{identity}?raw_json=1")


def is_deleted(body: bytes) -> bool:
    """Return whether a thread's page says that its author deleted it or that it was removed."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    listings = answer if isinstance(answer, list) else [answer]
    threads = [thing for kind, thing in _things(listings[0] if listings else None) if kind == THREAD]
    return bool(threads) and _is_gone(threads[0])


def _things(listing: object) -> list[tuple[str, dict[str, Any]]]:
    data = listing.get("data") if isinstance(listing, dict) else None
    children = data.get("children") if isinstance(data, dict) else None
    rows = [row for row in children if isinstance(row, dict)] if isinstance(children, list) else []
    return [(str(row.get("kind")), row["data"]) for row in rows if isinstance(row.get("data"), dict)]


def _is_gone(thread: dict[str, Any]) -> bool:
    if thread.get("removed_by_category"):
        return True
    return thread.get("author") == "[deleted]" and thread.get("selftext") in REMOVED_TEXTS


def _changed_at(thread: dict[str, Any]) -> str:
    """Return when a thread was edited (False until it is), else when it was written."""
    return unix_moment(thread.get("edited")) or unix_moment(thread.get("created_utc"))


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(ID.fullmatch(value))
