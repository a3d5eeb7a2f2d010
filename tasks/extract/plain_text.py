"""The one form all extracted text has: NFC, newlines as \\n, no control characters, no trailing blanks."""

from __future__ import annotations

import functools
import re
import unicodedata

from tasks.extract.rejects import storable

# C0 and C1 controls except tab and newline: nothing a reader sees, and Parquet readers stumble on NUL.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
TRAILING_BLANKS = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n{3,}")


# A character with more marks than this is nobody's writing, and composing takes the square of their number:
# the Stream-Safe Text Format (UAX 15, section 13) allows 30.
MOST_MARKS = 30


def composed(text: str) -> str:
    """Return the text in NFC, without the marks of a character beyond the thirtieth."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _too_many_marks().sub(r"\1", text))


@functools.cache
def _too_many_marks() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def normalised(text: str) -> str:
    """Return the text with newlines, Unicode composition and blank lines made uniform."""
    text = CONTROLS.sub("", LINE_ENDS.sub("\n", storable(text)))
    text = BLANK_LINES.sub("\n\n", TRAILING_BLANKS.sub("", text))
    return composed(text).strip()
