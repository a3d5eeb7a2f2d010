"""Encodings of pages: what is declared, what is true, and what is neither."""

from __future__ import annotations

import pytest

from tasks.extract.html_page import decode_html


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
