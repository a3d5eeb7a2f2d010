"""A statistics page to lines: what stands around the tables, then every table.

Article extractors look for long sentences and find none here: they drop the venue and the attendance and, at
a loss, keep the menu. So: all blocks of text, without those a site repeats on every page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.extract.tables import drop_all, take_tables

if TYPE_CHECKING:
    from lxml.html import HtmlElement

NO_TEXT = [
    "script",
    "style",
    "noscript",
    "nav",
    "footer",
    "form",
    "button",
    "select",
    "iframe",
    "svg",
    "template",
]
MAY_HOLD_TABLES = frozenset({"nav", "footer", "form"})
REPEATED = re.compile(
    r"(^|[\s_-])(nav|menu|header|footer|breadcrumbs?|sidebar|cookies?|consent|gdpr|social|share|banner|ads?|sponsor|"
    r"promo|newsletter|related|popup|modal|login|search)([\s_-]|$)",
    re.IGNORECASE,
)
BLOCKS = {
    "p",
    "div",
    "li",
    "dd",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "td",
    "th",
    "figcaption",
    "pre",
    "tr",
}
HEADINGS = {"h1", "h2", "h3"}
# A line of which more than this share is links leads elsewhere; the names it holds stand in the tables too.
MOST_LINKED_RATIO = 0.6


def statistics_text(tree: HtmlElement) -> str:
    """Return the page's own lines, then its tables. The tree is used up."""
    # A table in a form or a footer is data all the same; nobody sees one in a template.
    unseen = [
        element
        for element in tree.iter(*NO_TEXT)
        if element.tag not in MAY_HOLD_TABLES or element.find(".//table") is None
    ]
    drop_all(tree, unseen)
    repeated = []
    for element in tree.iter("div", "section", "ul", "header", "aside"):
        marks = f"{element.get('id') or ''} {element.get('class') or ''}"
        if REPEATED.search(marks) and element.find(".//table") is None:
            repeated.append(element)
    drop_all(tree, repeated)
    tables = take_tables(tree)
    lines: list[str] = []
    seen = set[str]()
    body = tree.find(".//body")
    for block in (tree if body is None else body).iter(*BLOCKS):
        text = _own_text(block)
        if not text or (text in seen and not any(map(str.isdigit, text))):
            continue  # the same label twice says nothing new, the same number may
        # "<div><a>Team</a> <div>3</div></div>": a linked name with a block of its own says whose that is.
        if block.tag in HEADINGS or len(block) > 1 or _linked_ratio(block, text) <= MOST_LINKED_RATIO:
            lines.append(text)
            seen.add(text)
    return "\n\n".join(["\n".join(lines), *tables])


def _own_text(block: HtmlElement) -> str:
    """Return the text of a block outside the blocks within it."""
    parts = [block.text or ""]
    for child in block:
        parts += _inline_parts(child)
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _inline_parts(element: HtmlElement) -> Iterator[str]:
    """Yield the text of an element that is no block, without the blocks within it: they have their turn."""
    if not isinstance(element.tag, str) or element.tag in BLOCKS:
        return
    yield " " if element.tag == "br" else element.text or ""
    for child in element:
        yield from _inline_parts(child)
        yield child.tail or ""


def _linked_ratio(block: HtmlElement, text: str) -> float:
    linked = sum(len(" ".join("".join(_inline_parts(a)).split())) for a in block.iterchildren("a"))
    return linked / len(text)
