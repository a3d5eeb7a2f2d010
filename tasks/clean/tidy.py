"""Cleaning up a text without judging it: Unicode, blanks, lines that sites repeat, contact details."""

from __future__ import annotations

import re

from tasks.clean.contacts import mask_contacts as masked
from tasks.clean.contacts import mask_emails
from tasks.extract.plain_text import composed

# Zero-width characters, byte-order marks, soft hyphens, bidirectional controls, private use: nothing to read.
INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ue000-\uf8ff\ufff9-\ufffb]"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BLANKS = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\u0085]")
BLANK_LINES = re.compile(r"\n{3,}")
# Whole lines that are furniture on any site. A line that merely contains one of these stays.
FURNITURE = re.compile(
    r"(share (this|on|via)( \w+){0,4}|(click|tap) here( \w+){0,6}|read more:?|advertisement"
    r"|sponsored( content)?|sign up (to|for) (our|the) [\w ]{0,40}newsletters?.{0,40}"
    r"|subscribe( now| today)?|follow us( on \w+)?|(accept|reject|manage) (all )?cookies"
    r"|(we|this site) uses? cookies.{0,120}|image (source|caption|copyright).{0,60}|copyright \d{4}.{0,60}"
    r"|all rights reserved|skip to (main )?content|back to top|print this page"
    r"|(javascript is (disabled|required)|please enable javascript).{0,80})[.!:]?",
    re.IGNORECASE,
)


def tidy(text: str, *, mask_contacts: bool, prose: bool = True) -> str:
    """Return the text in NFC with uniform blanks, without invisible characters and furniture lines.

    Contact details are masked if asked for; in tables and records, where ``prose`` is false, e-mail addresses
    alone: their digits are results.
    """
    text = INVISIBLE.sub("", CONTROLS.sub("", LINE_ENDS.sub("\n", text)))
    if mask_contacts:
        text = masked(text) if prose else mask_emails(text)
    lines = (_tidy_line(line) for line in text.split("\n"))
    kept = (line for line in lines if not (line and FURNITURE.fullmatch(line.strip())))
    return composed(BLANK_LINES.sub("\n\n", "\n".join(kept))).strip("\n")


def _tidy_line(line: str) -> str:
    """Return the line with single blanks; its indentation stays, for it orders the parts of a record."""
    content = line.lstrip(" ")
    indent = line[: len(line) - len(content)] if content else ""
    return indent + BLANKS.sub(" ", content).strip()
