"""Encodings of pages: what is declared, what is true, and what is neither; pages that are too much."""

from __future__ import annotations

import unicodedata

import pytest

from tasks.extract.config import ExtractConfig
from tasks.extract.html_page import Page, PageRequest, decode_html
from tasks.extract.plain_text import composed
from tasks.extract.sandbox import Sandbox
from tests.tasks.extract.warcs import ARTICLE, page


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("<p>Düsseldorf – 3:1</p>".encode(), ""),
        ("<p>Düsseldorf – 3:1</p>".encode(), "iso-8859-1"),  # UTF-8 whatever the header says
        ("<p>Düsseldorf – 3:1</p>".encode("cp1252"), "iso-8859-1"),  # as browsers read that label
        ('<meta charset="windows-1252"><p>Düsseldorf – 3:1</p>'.encode("cp1252"), ""),
        ("<p>Düsseldorf – 3:1</p>".encode("utf-16"), "utf-16"),
    ],
)
def test_decode_html_declared_or_not_gives_the_text(body: bytes, charset: str) -> None:
    assert "Düsseldorf – 3:1" in decode_html(body, charset)


def test_decode_html_broken_utf8_keeps_the_rest() -> None:
    assert decode_html(b"<p>3\xff1 Titans</p>", "utf-8") == "<p>3\ufffd1 Titans</p>"


def test_text_with_a_million_marks_on_a_letter_is_composed_in_linear_time() -> None:
    assert composed("e\u0301" + "a" + "\u0301\u0323" * 500_000 + "b").startswith("\u00e9")
    assert len(composed("a" + "\u0301\u0323" * 500_000)) < 40
    assert composed("a" + "\u0323" * 30) == unicodedata.normalize("NFC", "a" + "\u0323" * 30)


def test_discussion_of_very_many_tables_is_read_within_its_time() -> None:
    table = "<table><tr><td>12</td><td>13</td></tr><tr><td>14</td><td>15</td></tr></table>"
    body = page(f"{ARTICLE}{table * 6000}")
    request = PageRequest("http://a.test/", "", "discussion", True, "best", "2026-11-20")
    with Sandbox(ExtractConfig()) as sandbox:
        found = sandbox.read_page(body, request)
    assert isinstance(found, Page), found
    assert "18,432" in found.text
