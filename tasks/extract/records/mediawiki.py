"""Answers of MediaWiki's parse module (https://www.mediawiki.org/wiki/API:Parsing_wikitext): an article.

Tables become lines of cells, as everywhere (tasks/extract/tables.py); references and edit links are left out.
"""

from __future__ import annotations

import re
from typing import Any

from tasks.extract.plain_text import normalised
from tasks.extract.records.answer import API_ERROR, NO_TEXT, JsonText

BLOCKS = (
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "dd",
    "dt",
    "blockquote",
    "pre",
    "br",
    "ul",
    "ol",
)
NOT_READ = (
    "//style | //script | //sup[contains(concat(' ', @class, ' '), ' reference ')]"
    " | //*[contains(concat(' ', @class, ' '), ' mw-editsection ')]"
)
BLANKS = re.compile(r"[ \t\u00a0]+")


def is_parse(value: object) -> bool:
    """Return whether an answer is a parsed article, or an error of the API."""
    if not isinstance(value, dict):
        return False
    parse, error = value.get("parse"), value.get("error")
    return (isinstance(parse, dict) and "text" in parse) or (
        isinstance(error, dict) and {"code", "info"} <= error.keys()
    )


def read(value: dict[str, Any]) -> JsonText | str:
    """Return an article's text below its title."""
    parse = value.get("parse")
    if not isinstance(parse, dict):
        return API_ERROR
    html = parse.get("text")
    if isinstance(html, dict):  # format version 1
        html = html.get("*")
    text = html_text(html) if isinstance(html, str) and html.strip() else ""
    if not text:
        return NO_TEXT
    title = parse.get("title") if isinstance(parse.get("title"), str) else ""
    return JsonText(normalised(f"{title}\n\n{text}"), "reference", str(title), "", [], None)


def html_text(html: str) -> str:
    """Return the visible text of a piece of HTML: a line for each block, a line of cells for each row."""
    from lxml.etree import ParserError
    from lxml.html import fromstring

    from tasks.extract.tables import table_text

    try:
        tree = fromstring(f"<div>{html}</div>")
    except (ParserError, ValueError):
        return ""
    for element in tree.xpath(NOT_READ):
        element.drop_tree()
    for table in [table for table in tree.iter("table") if table.find(".//table") is None]:
        table.tail = f"\n\n{table_text(table)}\n\n{table.tail or ''}"
        for child in list(table):
            table.remove(child)
    for element in tree.iter(*BLOCKS):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    lines = [BLANKS.sub(" ", line).strip() for line in tree.text_content().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
