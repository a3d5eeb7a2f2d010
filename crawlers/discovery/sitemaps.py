"""Sitemaps and their indexes (sitemaps.org protocol 0.9), news sitemaps, and lists in plain text."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from crawlers.discovery.addresses import clean_url, is_http
from crawlers.discovery.feeds import FEEDS, links_of_feed
from crawlers.discovery.found import Found, UnreadableListingError, moment
from crawlers.discovery.markup import name_of, read_xml, text_of, unpacked

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def sitemap_links(body: bytes, url: str, drop: Iterable[str] = ()) -> Found:
    """Return a sitemap's pages with their lastmod, or an index's sitemaps with theirs.

    A page without lastmod has the publication date of its news, if it is news. Entries are known by their
    names, whatever the namespace; a feed or a list of URLs, one a line, is a sitemap too.

    Raises:
        UnreadableListingError: if the body is none of these.
    """
    body = unpacked(body, url).removeprefix(BYTE_ORDER_MARK).strip()
    if body.startswith((b"http://", b"https://")):
        return _links_of_text(body, url, drop)
    root = read_xml(body, url)
    if name_of(root) in FEEDS:
        return links_of_feed(root, url, drop)
    if name_of(root) not in {"urlset", "sitemapindex"}:
        raise UnreadableListingError(f"{url}: a sitemap begins with urlset or sitemapindex, not {root.tag!r}")
    found = Found()
    for entry in root:
        address = clean_url(text_of(entry, "loc"), url, drop)
        if not text_of(entry, "loc") or not is_http(address):
            continue
        if name_of(entry) == "sitemap":
            found.navigation[address] = moment(text_of(entry, "lastmod"))
        elif name_of(entry) == "url":
            found.add_page(address, _changed_at(entry))
    found.navigation.pop(url, None)
    return found


def _changed_at(entry: etree._Element) -> str:
    lastmod = moment(text_of(entry, "lastmod"))
    if lastmod:
        return lastmod
    published = (node.text or "" for node in entry.iter() if name_of(node) == "publication_date")
    return moment(next(published, ""))


def _links_of_text(body: bytes, url: str, drop: Iterable[str]) -> Found:
    found = Found()
    for line in body.decode("utf-8", errors="replace").splitlines():
        address = clean_url(line, url, drop)
        if line.strip().startswith(("http://", "https://")) and is_http(address):
            found.add_page(address)
    return found
