"""Listings in HTML: a section's links, and those of tables that statistics pages hide in comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree, html

from crawlers.catalog import Scope
from crawlers.discovery.addresses import clean_url
from crawlers.discovery.found import Found
from crawlers.discovery.markup import read_html


def section_links(body: bytes, url: str, scope: Scope) -> Found:
    """Return an HTML page's links, sorted into pages and navigation by the scope; others are left.

    Links are joined to ``<base href>``; those marked ``nofollow`` are left, one by one or all at once.

    Raises:
        UnreadableListingError: if the body is no HTML.
    """
    tree = read_html(body, url)
    return Found() if tree is None else _links(tree, [tree], url, scope)


def tables_links(body: bytes, url: str, scope: Scope) -> Found:
    """Return what ``section_links`` does, and the links in comments, where statistics pages hide tables.

    Raises:
        UnreadableListingError: if the body is no HTML.
    """
    tree = read_html(body, url)
    return Found() if tree is None else _links(tree, [tree, *_commented(tree, url)], url, scope)


def _links(page: html.HtmlElement, parts: Iterable[html.HtmlElement], url: str, scope: Scope) -> Found:
    found = Found()
    if _says_nofollow(page):
        return found
    base = _base(page, url)
    for place in (place for part in parts for place in _places(part)):
        address = clean_url(place, base, scope.drop_parameters)
        if scope.is_page(address):
            found.add_page(address)
        elif scope.is_navigation(address) and address != url:
            found.navigation[address] = ""
    return found


def _places(part: html.HtmlElement) -> Iterator[str]:
    for node in part.iter("a", "area", "link"):
        relations = (node.get("rel") or "").lower().split()
        if "nofollow" in relations or (node.tag == "link" and "next" not in relations):
            continue
        if node.get("href"):
            yield node.get("href")


def _commented(page: html.HtmlElement, url: str) -> Iterator[html.HtmlElement]:
    for comment in page.iter(etree.Comment):
        text = comment.text or ""
        part = read_html(text.encode("utf-8", errors="replace"), url) if "href" in text else None
        if part is not None:
            yield part


def _base(page: html.HtmlElement, url: str) -> str:
    place = next((node.get("href") for node in page.iter("base") if node.get("href")), "")
    return clean_url(place, url) if place else url


def _says_nofollow(page: html.HtmlElement) -> bool:
    return any(
        (node.get("name") or "").lower() == "robots"
        and {"nofollow", "none"} & {word.strip() for word in (node.get("content") or "").lower().split(",")}
        for node in page.iter("meta")
    )
