"""Title, author and date of a page: trafilatura's readers of each, asked only for what is still unknown.

Its ``extract_metadata`` looks for nine facts, of which we keep three, and takes half as long as reading the
whole text; most of that goes to searching every element's class for an author.
"""

from __future__ import annotations

import contextlib
import re
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Where trafilatura's author expressions can match at all; asking it of every element costs ten times as much.
HINT_TAGS = ("a", "address", "author", "div", "h3", "h4", "li", "p", "section", "span", "strong", "td")
HINT = re.compile(
    r"[Aa]uthor|[Bb]yline|writer|screenname|username|posted-by|submitted-by|journalist-name|channel-name|zuozhe"
    r"|bianji|xiaobian|\bbyl\b|\bBBL\b"
)
MOST_HINTS = 40
# Authors of comments and of other articles.
OTHERS = re.compile(r"comment|sidebar|is-hidden|related|article-(?:share|support)", re.IGNORECASE)


@dataclass(frozen=True)
class FoundFacts:
    """Facts as the page spells them, "" if unknown."""

    title: str
    author: str
    date: str


def found_facts(tree: HtmlElement, url: str | None, latest: str, *, dated: bool) -> FoundFacts:
    """Return the page's title, author and date.

    Args:
        latest: ``YYYY-MM-DD``, the latest date the page can name. dated: the date is known already and not
            looked for.
    """
    from htmldate import find_date
    from trafilatura.metadata import examine_meta, extract_meta_json, extract_title, extract_url

    found = examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    with contextlib.suppress(Exception):  # as trafilatura does: whatever its reader stumbles on
        found = extract_meta_json(tree, found)
    if not found.title:
        found.title = extract_title(tree)
    if not found.author:
        found.author = _byline(tree)
    if not dated:
        found.date = find_date(
            tree,
            url=found.url or extract_url(tree, url),
            original_date=True,
            extensive_search=False,
            max_date=latest,
        )
    found.clean_and_trim()
    return FoundFacts(found.title or "", found.author or "", found.date or "")


@lru_cache(maxsize=65_536)
def _hints(classes: str | None, name: str | None) -> bool:
    return bool((classes and HINT.search(classes[:400])) or (name and HINT.search(name[:400])))


def _byline(tree: HtmlElement) -> str | None:
    """Return the author that the page's body names, read from copies of the elements that may."""
    from trafilatura.metadata import extract_author

    body = tree.find("body")
    hints = [
        element
        for element in (tree if body is None else body).iter(*HINT_TAGS)
        if _hints(element.get("class"), element.get("id"))
        or "author" in (element.get("itemprop") or element.get("rel") or element.tag)
        or element.get("data-testid") in ("AuthorCard", "AuthorURL")
    ]
    if not hints:
        return None
    candidates = etree.Element("div")
    taken = set()
    for hint in hints[:MOST_HINTS]:
        above = list(hint.iterancestors())
        if not any(one in taken or OTHERS.search(f"{one.get('class')} {one.get('id')}") for one in above):
            taken.add(hint)
            copy = deepcopy(hint)
            copy.tail = None
            candidates.append(copy)
    author = extract_author(candidates)
    return str(author) if author else None
