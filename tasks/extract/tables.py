"""Tables as text lines: all rows and all numbers, those of tables that a page hides in HTML comments too.

Sports-reference-family pages ship most of their tables as comments that a script puts back; a parser that
skips comments loses them.

The lines read back (``read_table``). A caption is the first line; each row with any text is a line
``cell | cell | cell``, the outer blanks left out. A cell stands once, where the page writes it: spans are not
expanded, so over-headers are shorter than the rows below them. Left out are a header that is repeated further
down, and a row without any digit that says what the row above it, or one of the first, says. What could be
taken for something else (a cell with ``|``, a first row of one cell that is no caption) stands in double
quotes, as a JSON string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# All 18 recorded pages of statistics sites have 62 cells with numbers or more; of 737 others 10 have 60, and
# six of those, tables of results among them, pass the ratio too. The sites' own ratios: 2, then 6 to 656.
FEWEST_CELLS = 60
CELLS_PER_PARAGRAPH = 4
BLANKS = re.compile(r"\s+")
NUMBER_CELL = re.compile(r"<t[dh]\b[^<>]{0,300}>(?:<[^<>]{0,300}>)?[^<\d]{0,40}\d", re.IGNORECASE)
# Internet Explorer's conditional comments hold layout, not data.
TABLE = re.compile(r"<table\b", re.IGNORECASE)
# Within a cell these begin a word of their own: "12<br>34" is no 1234.
BREAKS = frozenset({"br", "p", "div", "li", "ul", "ol", "dd", "dt", "tr", "td", "th", "h1", "h2", "h3", "h4"})
# One column with these is a page within a frame.
LAYOUT = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article")
HEADER_CLASSES = frozenset({"thead", "over_header", "header"})
HEADER_ROWS = 3
DROPPED = "dropped"
DIGIT = re.compile(r"\d")
CAPTION_MARK = "caption: "
CONDITIONAL = re.compile(r"\s*\[if\b", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A table as its text tells it: without rows that are empty or say the same again."""

    caption: str
    rows: list[list[str]]


def uncover_tables(html: str, least_numbers: int) -> tuple[str, int]:
    """Return the page with the content of comments that hold tables put back, and the number of such
    comments.

    Args:
        least_numbers: if no comment has so many cells with a digit, all stay comments; if one has, the page
            hides its tables this way, and all come back.
    """
    hidden = list(_hidden_tables(html))
    if not any(_has_numbers(html[start + 4 : end], least_numbers) for start, end in hidden):
        return html, 0
    parts, position = [], 0
    for start, end in hidden:
        parts += [html[position:start], html[start + 4 : end]]
        position = end + 3
    return "".join(parts) + html[position:], len(hidden)


def _hidden_tables(html: str) -> Iterator[tuple[int, int]]:
    """Yield where comments with tables start and end."""
    position = 0
    while (start := html.find("<!--", position)) >= 0 and (end := html.find("-->", start)) >= 0:
        found = TABLE.search(html, start + 4, end)
        if found and not CONDITIONAL.match(html, start + 4):
            yield start, end
        position = end + 3


def _has_numbers(html: str, least: int) -> bool:
    found = 0
    for found, _ in enumerate(NUMBER_CELL.finditer(html), 1):
        if found >= least:
            return True
    return found >= least


def is_full_of_numbers(html: str) -> bool:
    """Tell whether a page is tables of numbers rather than an article that has one."""
    num_cells = sum(1 for _ in NUMBER_CELL.finditer(html))
    return num_cells >= FEWEST_CELLS and num_cells > CELLS_PER_PARAGRAPH * html.count("<p")


def take_tables(tree: HtmlElement) -> list[str]:
    """Remove every data table from the tree and return each as text, in document order.

    A data table has no table inside, and a row of two cells or one column of plain lines; others lay out a
    page and stay.
    """
    texts, taken = [], []
    for table in tree.iter("table"):
        if table.find(".//table") is not None:
            continue
        rows = list(_rows(table))
        in_columns = any(len(row) > 1 for row in rows)
        if not in_columns and next(table.iter(*LAYOUT), None) is not None:
            continue
        text = _lines(table, rows)
        if text:
            texts.append(text)
        taken.append(table)
    drop_all(tree, taken)
    return texts


def drop_all(tree: HtmlElement, elements: list[HtmlElement]) -> None:
    """Remove elements from the tree; the text behind each stays.

    One by one, with ``drop_tree``, every text behind is added to all those before it: 100,000 tables with a
    blank between them took 15 seconds.
    """
    from lxml.etree import strip_elements

    for element in elements:
        element.tag = DROPPED
    if elements:
        strip_elements(tree, DROPPED, with_tail=False)


def table_text(table: HtmlElement) -> str:
    """Return a caption line, if there is one, and a line ``cell | cell | cell`` for each row."""
    return _lines(table, list(_rows(table)))


def read_table(text: str) -> Table:
    """Return the table that ``table_text`` told.

    Raises:
        ValueError: naming a line whose quotes do not end.
    """
    lines = text.split("\n") if text else []
    caption = ""
    if lines and lines[0].startswith(CAPTION_MARK + '"'):
        caption = _unquoted(lines.pop(0)[len(CAPTION_MARK) :], 0)[0]
    elif lines and not lines[0].startswith(('"', "| ")) and " |" not in lines[0]:
        caption = lines.pop(0)
    return Table(caption, [_read_row(line) for line in lines])


def _lines(table: HtmlElement, rows: list[list[HtmlElement]]) -> str:
    caption = " ".join(text for text in map(_flat, table.iter("caption")) if text)
    odd = "|" in caption or caption.startswith(('"', CAPTION_MARK))
    lines = [CAPTION_MARK + json.dumps(caption, ensure_ascii=False) if odd else caption] if caption else []
    previous = ""
    for row in rows:
        cells = [_flat(cell) for cell in row]
        if not any(cells):
            continue
        only = len(cells) == 1 and not lines
        line = " | ".join(_cell(cell, only) for cell in cells).strip()
        # Long tables repeat their header every twenty rows.
        again = line == previous or (lines and line in lines[:HEADER_ROWS])
        if not again or not (_is_header(row) or not DIGIT.search(line)):
            lines.append(line)
        previous = line
    return "\n".join(lines)


def _rows(table: HtmlElement) -> Iterator[list[HtmlElement]]:
    """Yield the cells of each row; cells that stand in no row make rows of their own."""
    orphans: list[HtmlElement] = []
    for element in table.iter("tr", "td", "th"):
        if element.tag == "tr":
            if orphans:
                yield orphans
                orphans = []
            yield list(element.iterchildren("td", "th"))
        elif not any(parent.tag in ("tr", "td", "th") for parent in _up_to_table(element)):
            orphans.append(element)
    if orphans:
        yield orphans


def _up_to_table(element: HtmlElement) -> Iterator[HtmlElement]:
    for parent in element.iterancestors():
        if parent.tag == "table":
            return
        yield parent


def _is_header(row: list[HtmlElement]) -> bool:
    if all(cell.tag == "th" for cell in row):
        return True
    parent = row[0].getparent()
    classes = str(parent.get("class") or "").split() if parent is not None else []
    return any(name in HEADER_CLASSES for name in classes)


def _cell(text: str, only: bool) -> str:
    odd = only or "|" in text or text.startswith('"')
    return json.dumps(text, ensure_ascii=False) if odd else text


def _read_row(line: str) -> list[str]:
    line = f" {line}" if line.startswith("| ") or line == "|" else line
    line = f"{line} " if line.endswith(" |") else line
    cells, place = [], 0
    while place <= len(line):
        if line.startswith('"', place):
            cell, end = _unquoted(line, place)
        else:
            end = line.find(" | ", place)
            end = len(line) if end < 0 else end
            cell = line[place:end]
        cells.append(cell)
        place = end + 3
    return cells


def _unquoted(line: str, start: int) -> tuple[str, int]:
    try:
        cell, end = json.JSONDecoder().raw_decode(line, start)
    except ValueError:
        raise ValueError(f"{line[:80]!r} has a cell whose quotes do not end; the text was changed") from None
    return str(cell), end


def _flat(element: HtmlElement) -> str:
    """Return an element's text on one line, words on both sides of a break apart."""
    for inner in element.iterdescendants(*BREAKS) if len(element) else ():
        inner.text = f" {inner.text or ''}"
        inner.tail = f" {inner.tail or ''}"
    return BLANKS.sub(" ", element.text_content()).strip()
