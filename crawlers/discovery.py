"""What a page of each kind of access leads to: sitemaps, feeds, listings in HTML, listings in JSON."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree, html

from crawlers.catalog import ApiShape, Scope

MAX_XML_BYTES = 50 * 2**20  # the sitemap protocol's own limit, unpacked


class UnreadableListingError(ValueError):
    """A sitemap, feed or listing that is not what it should be."""


@dataclass
class Found:
    """Addresses found on one page: ``navigation`` to follow, ``pages`` to store, with their lastmod or ""."""

    navigation: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)


def sitemap_links(body: bytes, url: str) -> Found:
    """Return a sitemap's pages, or a sitemap index's sitemaps (sitemaps.org protocol)."""
    root = _xml(body, url)
    found = Found()
    for entry in root:
        place = _text(entry, "loc")
        if not place:
            continue
        address = clean_url(place, url)
        if _name(root) == "sitemapindex":
            found.navigation.append(address)
        else:
            found.pages[address] = _text(entry, "lastmod")
    return found


def feed_links(body: bytes, url: str) -> Found:
    """Return the items of an RSS or Atom feed, and its next page (RFC 5005 section 3)."""
    root = _xml(body, url)
    found = Found()
    for node in root.iter():
        name = _name(node)
        if name == "link" and node.get("rel") == "next" and node.get("href"):
            found.navigation.append(clean_url(node.get("href", ""), url))
        elif name == "entry":
            links = [n for n in node if _name(n) == "link" and n.get("rel", "alternate") == "alternate"]
            for link in links[:1]:
                found.pages[clean_url(link.get("href", ""), url)] = _text(node, "updated")
        elif name == "item" and _text(node, "link"):
            found.pages[clean_url(_text(node, "link"), url)] = ""
    return found


def section_links(body: bytes, url: str, scope: Scope) -> Found:
    """Return an HTML page's links, sorted into pages and navigation by the scope; others are left."""
    found = Found()
    if not body.strip():
        return found
    try:
        tree = html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except etree.ParserError as error:
        raise UnreadableListingError(f"{url}: {error}") from error
    for node in tree.iter("a"):
        address = clean_url(node.get("href") or "", url)
        if scope.is_page(address):
            found.pages[address] = ""
        elif scope.is_navigation(address):
            found.navigation.append(address)
    return found


def api_links(body: bytes, url: str, shape: ApiShape) -> Found:
    """Return the resources a JSON listing names, and its next page by cursor."""
    try:
        data = json.loads(body)
    except ValueError as error:
        raise UnreadableListingError(f"{url}: not JSON: {error}") from error
    items = data.get(shape.items) if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise UnreadableListingError(f"{url}: no list under {shape.items!r}")
    found = Found()
    for item in items:
        place = item.get(shape.item_url) if isinstance(item, dict) else None
        if isinstance(place, str):
            found.pages[clean_url(place, url)] = ""
    cursor = data.get(shape.next_cursor)
    if cursor:
        found.navigation.append(with_parameter(url, shape.cursor_parameter, str(cursor)))
    return found


def clean_url(place: str, base: str) -> str:
    """Return an absolute URL without fragment; what cannot be joined comes back as it is."""
    try:
        return urldefrag(urljoin(base, place.strip())).url
    except ValueError:
        return place


def with_parameter(url: str, name: str, value: str) -> str:
    """Return a URL whose query has one parameter set."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))


def _xml(body: bytes, url: str) -> etree._Element:
    if body[:2] == b"\x1f\x8b":
        try:
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MAX_XML_BYTES + 1)
        except (OSError, EOFError) as error:
            raise UnreadableListingError(f"{url}: broken gzip: {error}") from error
    if len(body) > MAX_XML_BYTES:
        raise UnreadableListingError(f"{url}: over {MAX_XML_BYTES} bytes unpacked")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableListingError(f"{url}: not XML: {error}") from error
    if root is None:
        raise UnreadableListingError(f"{url}: not XML")
    return root


def _name(node: etree._Element) -> str:
    return node.tag.rsplit("}", 1)[-1] if isinstance(node.tag, str) else ""


def _text(node: etree._Element, name: str) -> str:
    return next(((child.text or "").strip() for child in node if _name(child) == name), "")
