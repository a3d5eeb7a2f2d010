"""Reading XML and HTML that strangers wrote: nothing is expanded, nothing is fetched, sizes are capped."""

from __future__ import annotations

from lxml import etree, html

from crawlers.decode import UnreadableBodyError, gunzip_capped
from crawlers.discovery.found import UnreadableListingError

GZIP = b"\x1f\x8b"


def unpacked(body: bytes, url: str) -> bytes:
    """Return a listing's bytes, unpacked where they are gzip (``sitemap.xml.gz``).

    Raises:
        UnreadableListingError: for broken gzip, or more than 16 MiB.
    """
    try:
        return gunzip_capped(body) if body.startswith(GZIP) else body
    except UnreadableBodyError as error:
        raise UnreadableListingError(f"{url}: gzip inside: {error}") from error


def read_xml(body: bytes, url: str) -> etree._Element:
    """Return the root of an XML document; entities stay unexpanded and no other file is read.

    Raises:
        UnreadableListingError: if no element can be read, or entities are made of others or of files.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser, base_url=url)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableListingError(f"{url}: not XML: {error}") from error
    if root is None:
        raise UnreadableListingError(f"{url}: not XML")
    doctype = root.getroottree().docinfo.internalDTD
    if doctype is not None and any("&" in (entity.content or "&") for entity in doctype.iterentities()):
        raise UnreadableListingError(f"{url}: declares entities made of others or of files")
    return root


def read_html(body: bytes, url: str) -> html.HtmlElement | None:
    """Return the root of an HTML document, or None for an empty one.

    Raises:
        UnreadableListingError: if no element can be read.
    """
    if not body.strip():
        return None
    try:
        return html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableListingError(f"{url}: not HTML: {error}") from error


def name_of(node: etree._Element) -> str:
    """Return an element's name without its namespace, whether or not its prefix was declared."""
    return node.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1] if isinstance(node.tag, str) else ""


def text_of(node: etree._Element, *names: str) -> str:
    """Return the first text that a child of one of the names has, in the order of the names, or "".

    A child with parts of its own, such as an entity that stays unexpanded, has no text here.
    """
    for name in names:
        texts = ((child.text or "").strip() for child in node if name_of(child) == name and not len(child))
        text = next((text for text in texts if text), "")
        if text:
            return text
    return ""
