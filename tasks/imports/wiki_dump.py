"""A MediaWiki dump (``pages-articles.xml.bz2``), one record a page.

Its format: https://www.mediawiki.org/xml/export-0.11/. It is inflated and parsed as it goes, never held. A
multistream dump is gone on with at one of its streams; one that is a single bzip2 stream has to be inflated
again up to the place.
"""

from __future__ import annotations

import bz2
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from tasks.imports.place import Item, Reading, Record
from tasks.imports.wikitext import plain_text
from tasks.schema import Kind

CHUNK_BYTES = 1 << 16
HEADER_BYTES = 1 << 16
# bzip2 gives nothing before a whole block is there; the largest holds 900,000 bytes, hardly compressed.
LARGEST_BLOCK_BYTES = 1_500_000
# A stream that ends like this can be read without the ones before it.
STREAM_ENDS = (b"</page>", b"</siteinfo>")
BASE = re.compile(r"<base>([^<]+)</base>")
LANGUAGE = re.compile(r"<mediawiki\b[^>]*\bxml:lang=\"([^\"]+)\"")


@dataclass(frozen=True)
class Site:
    """What a dump's head says of the wiki."""

    articles: str
    language: str


def read_dump(reading: Reading) -> Iterator[Item]:
    """Yield the articles of a dump; redirects, other namespaces and other content as named reasons.

    A dump that breaks off gives its readable pages, then ``truncated``.

    Raises:
        ValueError: if the file is no dump of a MediaWiki.
    """
    site = site_of(reading.path)
    within = 0
    with reading.path.open("rb") as raw:
        for page, offset, within in _pages(raw, reading):
            # Of the stream that is begun again, the pages that are done are passed by.
            if offset == reading.place.offset and within <= reading.place.within:
                continue
            if page is None:
                yield Item("truncated", offset, within)
                return
            yield Item(page_record(page, site), offset, within)


def site_of(path: Path) -> Site:
    """Return what the head of a dump says.

    Raises:
        ValueError: if it has none.
    """
    try:
        with path.open("rb") as raw:
            plain = bz2.BZ2Decompressor().decompress(raw.read(LARGEST_BLOCK_BYTES), HEADER_BYTES)
    except OSError as error:
        raise ValueError(f"{path} is no bzip2 file ({error}); fetch it again") from error
    head = plain.decode("utf-8", "replace")
    base, language = BASE.search(head), LANGUAGE.search(head)
    if base is None or language is None:
        raise ValueError(
            f"{path} is no dump of a MediaWiki (its head names no site); "
            "an import takes pages-articles.xml.bz2"
        )
    return Site(base[1].rsplit("/", 1)[0] + "/", language[1])


def page_record(page: Element, site: Site) -> Record | str:
    """Return a page as a record of an import, or why it is none."""
    title, revision = _text(page, "title"), page.findall("revision")
    if _text(page, "ns") != "0":
        return "other_namespace"
    if page.find("redirect") is not None:
        return "redirect"
    if not revision or not title:
        return "no_revision"
    if _text(revision[-1], "model") not in ("wikitext", ""):
        return "other_model"
    return {
        "id": _text(page, "id"),
        "url": site.articles + quote(title.replace(" ", "_"), safe="/:@!$&'()*+,;=~-._"),
        "title": title,
        "date": _text(revision[-1], "timestamp"),
        "language": site.language,
        "kind": Kind.REFERENCE.value,
        "text": plain_text(_text(revision[-1], "text")),
    }


def _pages(raw: IO[bytes], reading: Reading) -> Iterator[tuple[Element | None, int, int]]:
    """Yield (page, offset of the stream to begin again with, pages done since); None where it breaks off."""
    restart, within = reading.place.offset, 0
    parser: Any = XMLPullParser(("start", "end"))  # its stubs know neither events nor their elements
    if restart:
        parser.feed(b"<mediawiki>")
    root: Element | None = None
    try:
        for plain, next_stream in _inflated(raw, restart):
            reading.meter.num_bytes = raw.tell()
            parser.feed(plain)
            for event, element in parser.read_events():
                element.tag = element.tag.rpartition("}")[2]
                if root is None:
                    root = element
                elif event == "end" and element.tag == "page":
                    within += 1
                    yield element, restart, within
                    root.clear()
            if next_stream:
                restart, within = next_stream, 0
        if not _is_closed(parser):
            yield None, restart, within + 1
    except (ParseError, EOFError, OSError):
        yield None, restart, within + 1


def _inflated(raw: IO[bytes], offset: int) -> Iterator[tuple[bytes, int]]:
    """Yield plain bytes, and with the last of a stream that ends between two pages where the next begins.

    Raises:
        EOFError, OSError: if a stream is damaged.
    """
    raw.seek(offset)
    stream, tail = bz2.BZ2Decompressor(), b""
    while chunk := raw.read(CHUNK_BYTES):
        while chunk:
            plain = stream.decompress(chunk, CHUNK_BYTES * 16)
            tail = (tail + plain)[-64:]
            while not stream.eof and not stream.needs_input:
                yield plain, 0
                plain = stream.decompress(b"", CHUNK_BYTES * 16)
                tail = (tail + plain)[-64:]
            chunk = stream.unused_data
            ends = stream.eof and tail.rstrip().endswith(STREAM_ENDS)
            yield plain, raw.tell() - len(chunk) if ends else 0
            if stream.eof:
                stream = bz2.BZ2Decompressor()


def _is_closed(parser: Any) -> bool:
    try:
        parser.close()
    except ParseError:
        return False
    return True


def _text(element: Element, name: str) -> str:
    found = element.find(name)
    return (found.text or "") if found is not None else ""
