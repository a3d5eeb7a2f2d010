"""Tables of a page as the standard library's parser sees them: what the tests and the benchmark compare with.

It shares nothing with tasks/extract: no lxml, and no rule of what a data table is but "has text, and no table
inside".
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
APART = {"br", "p", "div", "li", "ul", "ol", "dd", "dt", "tr", "td", "th", "h1", "h2", "h3", "h4"}
UNSEEN = {"script", "style", "noscript", "template", "select", "button", "iframe", "svg"}


class Row(list[str]):
    """The cells of a row; ``header`` while all are <th>, or its class says so."""

    header = True


Rows = list[Row]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Rows] = []
        self.open: list[tuple[Rows, list[bool]]] = []
        self.unseen = 0
        self.caption = False
        self.marked = False

    def _row(self, classes: str) -> None:
        self.open[-1][0].append(Row())
        self.marked = bool({"thead", "over_header", "header"} & set(classes.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "table":
            for _, outer in self.open:
                outer[0] = False
            self.open.append(([], [True, False]))
        elif not self.open:
            return
        elif tag == "caption":
            self.caption = True
        elif tag == "tr":
            self._row(dict(attrs).get("class") or "")
            self.open[-1][1][1] = False
        elif tag in ("td", "th"):
            if not self.open[-1][0]:
                self._row("")
            row = self.open[-1][0][-1]
            row.header = row.header and (tag == "th" or self.marked)
            row.append("")
            self.open[-1][1][1] = True
        elif tag in APART:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag == "table" and self.open:
            rows, (leaf, _) = self.open.pop()
            if leaf:
                self.tables.append(rows)
        elif tag == "caption":
            self.caption = False
        elif tag in ("td", "th") and self.open:
            self.open[-1][1][1] = False
        elif tag in APART:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1][1] and not self.unseen and not self.caption:
            self.open[-1][0][-1][-1] += data


def tables_of(html: str) -> list[Rows]:
    """Return the data tables of a page, those in comments included, as rows of cells with one blank each."""
    found = []
    for part in (COMMENT.sub("", html), *COMMENT.findall(html)):
        parser = _Tables()
        parser.feed(part)
        parser.close()
        found += parser.tables
    for rows in found:
        for row in rows:
            row[:] = [" ".join(cell.split()) for cell in row]
    tables = [[row for row in rows if any(row)] for rows in found]
    return [rows for rows in tables if rows]


def without_repeats(rows: Rows) -> Rows:
    """Return the rows without those that may go: a header that comes again, and words said again."""
    kept: Rows = []
    previous: Row | None = None
    for row in rows:
        again = row == previous or row in kept[:3]
        if not again or not (row.header or not re.search(r"\d", "".join(row))):
            kept.append(row)
        previous = row
    return kept
