"""Tables as text lines: all rows and all numbers, those of tables that a page hides in HTML comments too.

Sports-reference-family pages ship most of their tables as comments that a script puts back; a parser that
skips comments loses them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# All 18 recorded pages of statistics sites have 62 cells with numbers or more; of 737 others 10 have 60, and
# six of those, tables of results among them, pass the ratio too. The sites' own ratios: 2, then 6 to 656.
FEWEST_CELLS = 60
CELLS_PER_PARAGRAPH = 4
BLANKS = re.compile(r"\s+")
NUMBER_CELL = re.compile(r"<t[dh]\b[^>]{0,300}>(?:<[^>]{0,300}>)?[^<\d]{0,40}\d", re.IGNORECASE)
# Internet Explorer's conditional comments hold layout, not data.
CONDITIONAL = re.compile(r"\s*\[if\b", re.IGNORECASE)


def uncover_tables(html: str, least_numbers: int) -> tuple[str, int]:
    """Return the page with the content of comments that hold tables put back, and the number of such
    comments.

    Args:
        least_numbers: comments whose tables have fewer cells with a digit stay comments.
    """
    parts, position, found = [], 0, 0
    while (start := html.find("<!--", position)) >= 0:
        end = html.find("-->", start)
        if end < 0:
            break
        inner = html[start + 4 : end]
        hides = (
            "<table" in inner.lower()
            and not CONDITIONAL.match(inner)
            and len(NUMBER_CELL.findall(inner)) >= least_numbers
        )
        parts.append(html[position:start] + (inner if hides else html[start : end + 3]))
        found += hides
        position = end + 3
    return ("".join(parts) + html[position:], found) if found else (html, 0)


def is_full_of_numbers(html: str) -> bool:
    """Tell whether a page is tables of numbers rather than an article that has one."""
    num_cells = sum(1 for _ in NUMBER_CELL.finditer(html))
    return num_cells >= FEWEST_CELLS and num_cells > CELLS_PER_PARAGRAPH * html.count("<p")


def take_tables(tree: HtmlElement) -> list[str]:
    """Remove every data table from the tree and return each as text, in document order.

    A data table has no table inside and at least two rows of two cells; others lay out a page and stay.
    """
    texts = []
    for table in list(tree.iter("table")):
        rows = list(table.iter("tr"))
        if table.find(".//table") is not None or sum(len(row) > 1 for row in rows) < 2:
            continue
        text = table_text(table)
        if text:
            texts.append(text)
        table.drop_tree()
    return texts


def table_text(table: HtmlElement) -> str:
    """Return a caption line, if there is one, and a line ``cell | cell | cell`` for each row."""
    captions = [_flat(caption) for caption in table.iter("caption")]
    lines = [caption for caption in captions if caption]
    previous = ""
    for row in table.iter("tr"):
        cells = [_flat(cell) for cell in row.iterchildren("td", "th")]
        line = " | ".join(cells).strip()
        # Long tables repeat their header every twenty rows.
        if any(cells) and not (line == previous or (lines and line in lines[:3])):
            lines.append(line)
        previous = line
    return "\n".join(lines)


def _flat(element: HtmlElement) -> str:
    return BLANKS.sub(" ", element.text_content()).strip()
