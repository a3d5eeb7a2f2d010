"""One HTML page to its main text and facts; run in the sandbox, as parsers and trafilatura may hang."""

from __future__ import annotations

import codecs
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tasks.extract.json_ld import event_ids, first_value, parse_blocks
from tasks.extract.main_text.article import article_lines, head_facts, is_mostly_prose
from tasks.extract.main_text.page_facts import found_facts
from tasks.extract.plain_text import normalised
from tasks.extract.statistics_page import statistics_text
from tasks.extract.tables import is_full_of_numbers, uncover_tables
from tasks.extract.timestamps import parse_timestamp

if TYPE_CHECKING:
    from lxml.html import HtmlElement

META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
# Labels that pages write for what browsers read as Windows-1252 (WHATWG Encoding Standard).
LATIN_LABELS = {"iso-8859-1", "latin-1", "latin1", "iso8859-1", "ascii", "us-ascii"}
LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?=$|[-_])")
# Other sites comment out layout and old drafts; a statistics site's hidden tables are full of numbers.
FEWEST_HIDDEN_NUMBERS = 20
# The largest recorded discussion has 13,000 elements, no page more than 55 tables; 5,500 took it 12 s.
MOST_ELEMENTS, MOST_TABLES = 30_000, 500
PUBLISHED = ["article:published_time", "datePublished", "og:published_time", "date", "pubdate"]


@dataclass(frozen=True)
class PageRequest:
    """What the page's reader must know beside the bytes.

    Attributes:
        kind: a Kind; ``statistics`` pages give all their tables. kind_known: whether somebody said what
        kind of page this is; else a page full of numbers is statistics. fetched_on: ``YYYY-MM-DD``, the
        latest day a date in the page can name; "" if unknown.
    """

    url: str
    charset: str
    kind: str
    kind_known: bool
    quality: str
    fetched_on: str


@dataclass(frozen=True)
class Page:
    """What a page says. ``published_at`` is the page's own spelling; ``statistics`` tells how it was read."""

    text: str
    title: str = ""
    author: str = ""
    published_at: str = ""
    language: str = ""
    events: tuple[str, ...] = ()
    statistics: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as JSON can hold them."""
        return asdict(self)


def read_page(body: bytes, request: PageRequest) -> Page:
    """Return the page's text (possibly empty) and facts."""
    statistics = request.kind == "statistics"
    decoded = decode_html(body, request.charset)
    html, hidden = uncover_tables(decoded, 1 if statistics else FEWEST_HIDDEN_NUMBERS)
    full = hidden > 0 or (not request.kind_known and is_full_of_numbers(html))
    tree = load_tree(html)
    if full and not statistics and tree is not None:
        statistics = not is_mostly_prose(tree)
        if not statistics and hidden:  # what an article hides in comments stays hidden
            tree = load_tree(decoded)
        elif statistics and not hidden:  # and what a statistics page hides, however small, does not
            tree = load_tree(uncover_tables(decoded, 1)[0])
    if tree is None:
        return Page("")
    structured = parse_blocks(tree.xpath('//script[contains(@type, "ld+json")]/text()'))
    url = request.url if "://" in request.url else None
    published = _meta_date(tree) or first_value(structured, "datePublished")
    dated = parse_timestamp(published) is not None
    # Without a bound, dates in the page are judged against today's date, and a rerun would differ.
    bound = request.fetched_on or "2100-01-01"
    facts = found_facts(tree, url, bound, dated=dated)
    title = facts.title or " ".join(" ".join(tree.xpath("//head/title/text()")).split())
    language = page_language(tree)
    if statistics:
        text = statistics_text(tree)
        text = text if not title or title in text else f"{title}\n{text}"
    else:
        text = article_text(tree, url, request)
    return Page(
        text=normalised(text),
        title=normalised(title),
        author=normalised(facts.author),
        published_at=published if dated else facts.date,
        language=language,
        events=tuple(event_ids(structured)),
        statistics=statistics,
    )


def article_text(tree: HtmlElement, url: str | None, request: PageRequest) -> str:
    """Return the main text, tables of the article included; comments only of discussions, which trafilatura
    reads, and it reads what our own reader finds no article in.
    """
    discussion = request.kind == "discussion"
    large = is_large(tree)
    if not discussion or large:
        lines = article_lines(tree, head_facts(tree), request.quality)
        if lines or large:
            return "\n".join(lines)
    from trafilatura import bare_extraction

    document = bare_extraction(tree, url=url, fast=request.quality == "fast", include_comments=discussion)
    if document is None:
        return ""
    assert not isinstance(document, dict)
    return "\n\n".join(part for part in (document.text, document.comments if discussion else "") if part)


def is_large(tree: HtmlElement) -> bool:
    """Tell whether a page has so many parts that trafilatura, which compares many with many, may hang."""
    num_elements = sum(1 for _ in tree.iter())
    return num_elements > MOST_ELEMENTS or sum(1 for _ in tree.iter("table")) > MOST_TABLES


def load_tree(html: str) -> HtmlElement | None:
    """Return the page's tree, or None if it is no HTML."""
    from trafilatura.utils import load_html

    return load_html(html)


def decode_html(body: bytes, charset: str) -> str:
    """Return the page as text: UTF-8 if it is, else the declared charset, else trafilatura's guess."""
    from trafilatura.utils import decode_file

    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = META_CHARSET.search(body[:4096])
    for label in (charset, declared.group(1).decode("latin-1") if declared else ""):
        label = "cp1252" if label.lower() in LATIN_LABELS else label.lower()
        try:
            name = codecs.lookup(label).name if label else ""
            if name and name != "utf-8":
                return body.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    if "utf-8" in {charset.lower(), declared.group(1).decode("latin-1").lower() if declared else ""}:
        return body.decode("utf-8", "replace")
    return str(decode_file(body))


def page_language(tree: HtmlElement) -> str:
    """Return the two- or three-letter language the page declares, or ""."""
    for value in tree.xpath(
        "/html/@lang | /html/@xml:lang | //meta[@http-equiv='content-language']/@content"
    ):
        found = LANGUAGE.match(str(value).strip())
        if found:
            return found.group().lower()
    return ""


def _meta_date(tree: HtmlElement) -> str:
    for name in PUBLISHED:
        for value in tree.xpath(
            "//meta[@property=$name or @name=$name or @itemprop=$name]/@content", name=name
        ):
            if parse_timestamp(str(value)) is not None:
                return str(value)
    return ""
