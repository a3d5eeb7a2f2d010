"""Feeds: RSS 2.0, RSS 1.0 (RDF) and Atom (RFC 4287), paged (RFC 5005), with deletions (RFC 6721)."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from crawlers.discovery.addresses import clean_url, is_http
from crawlers.discovery.found import Found, UnreadableListingError, moment
from crawlers.discovery.markup import name_of, read_xml, text_of, unpacked

FEEDS = frozenset({"feed", "rss", "RDF"})
OLDER = frozenset({"next", "prev-archive"})  # RFC 5005 sections 3 and 4
DATES = ("updated", "modified", "published", "pubDate", "date")
ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


def feed_links(body: bytes, url: str, drop: Iterable[str] = ()) -> Found:
    """Return a feed's items with the dates they carry, its next page, and the items it says were deleted.

    Raises:
        UnreadableListingError: if the body is no feed.
    """
    root = read_xml(unpacked(body, url).strip(), url)
    if name_of(root) not in FEEDS:
        raise UnreadableListingError(f"{url}: a feed begins with feed, rss or RDF, not {root.tag!r}")
    return links_of_feed(root, url, drop)


def links_of_feed(root: etree._Element, url: str, drop: Iterable[str] = ()) -> Found:
    """Return what a feed that was parsed leads to."""
    found = Found()
    for node in root.iter():
        name = name_of(node)
        if name == "link" and node.get("rel") in OLDER and not _is_item(node.getparent()):
            _add_older(found, clean_url(node.get("href") or "", _base(node, url)), url)
        elif _is_item(node):
            address = clean_url(_place(node), _base(node, url), drop) if _place(node) else ""
            if is_http(address):
                found.add_page(address, moment(text_of(node, *DATES)))
        elif name == "deleted-entry" and is_http(node.get("ref") or ""):
            found.deleted.append(clean_url(node.get("ref") or "", url, drop))
    return found


def _is_item(node: etree._Element | None) -> bool:
    return node is not None and name_of(node) in {"item", "entry"}


def _add_older(found: Found, address: str, url: str) -> None:
    if is_http(address) and address != url:
        found.navigation[address] = ""


def _place(item: etree._Element) -> str:
    """Return an item's link: in words, else its alternate, else a permanent id, else what RDF calls it."""
    links = [node for node in item if name_of(node) == "link"]
    alternates = [n.get("href") or "" for n in links if n.get("href") and _is_alternate(n)]
    guid = next((n for n in item if name_of(n) == "guid" and n.get("isPermaLink") != "false"), None)
    permanent = (guid.text or "").strip() if guid is not None else ""
    places = (text_of(item, "link"), *alternates, permanent if is_http(permanent) else "", item.get(ABOUT))
    return str(next((place for place in places if place), ""))


def _is_alternate(link: etree._Element) -> bool:
    return bool(link.get("rel", "alternate") == "alternate" and "html" in link.get("type", "text/html"))


def _base(node: etree._Element, url: str) -> str:
    """Return the address relative links are joined to (``xml:base``)."""
    return clean_url(str(node.base or ""), url)
