"""Wikitext to plain text: prose, headings and lists stay; templates, tables, notes and pictures go.

A small cleaner, not a parser of everything MediaWiki does (https://www.mediawiki.org/wiki/Help:Formatting).
A few templates that carry a sentence's own words (quantities, foreign words) are read; what no rule knows is
left out whole rather than half.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

# Deeper nesting than any article's is taken as plain text: it costs time and says nothing.
MAX_NESTING = 40

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
EMPTY_NOTE = re.compile(r"<(?:ref|references)\b[^<>]*/>", re.IGNORECASE)
# Elements whose content is no prose.
SILENT = re.compile(
    r"<(ref|references|gallery|timeline|score|imagemap|math|chem|syntaxhighlight|source|mapframe|maplink|graph)\b"
    r"[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
BREAK = re.compile(r"<(?:br|p|/p|div|/div|li|/li)\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][a-z0-9]*\b[^<>]*>", re.IGNORECASE)
EXTERNAL = re.compile(r"\[(?:https?:|ftp:|mailto:)?//[^\s\]]+[ \t]*([^\]]*)\]")
HEADING = re.compile(r"^(={1,6})[ \t]*(.*?)[ \t]*\1[ \t]*$", re.MULTILINE)
LIST = re.compile(r"^([*#:;]+)[ \t]*", re.MULTILINE)
QUOTES = re.compile(r"'{2,5}")
SWITCH = re.compile(r"__[A-Z]+__")
EMPTY_BRACKETS = re.compile(r"[ \t]*\((?:[\s,;:–-]|&nbsp;)*\)")
SPACES = re.compile(r"[ \t\u00a0]+")
BLANK_LINES = re.compile(r"\n\s*\n\s*")
# Links to other namespaces: pictures and categories in any language have a colon after one word.
NAMESPACE = re.compile(r"^:?\s*[^\W\d_][\w -]{0,30}:(?=\S)")
TABLE_OPEN, TABLE_CLOSE = "{|", "|}"


def plain_text(wikitext: str) -> str:
    """Return an article's prose, paragraphs apart by an empty line."""
    text = COMMENT.sub("", wikitext)
    text = SILENT.sub("", EMPTY_NOTE.sub("", text))
    text = _folded(text, "{{", "}}", _template)
    text = _folded(text, TABLE_OPEN, TABLE_CLOSE, lambda inner: "")
    text = _folded(text, "[[", "]]", _link)
    text = EXTERNAL.sub(r"\1", text)
    text = html.unescape(TAG.sub("", BREAK.sub("\n", text)))
    text = SWITCH.sub("", QUOTES.sub("", text))
    text = HEADING.sub(r"\n\2\n", text)
    text = LIST.sub(lambda found: "- " if found[1][-1] in "*#" else "", text)
    text = EMPTY_BRACKETS.sub("", text)
    lines = [SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return BLANK_LINES.sub("\n\n", "\n".join(line for line in lines if line != "-")).strip()


def _folded(text: str, opening: str, closing: str, say: Callable[[str], str]) -> str:
    """Return a text in which each bracketed part, innermost first, is what ``say`` makes of its inside."""
    stack: list[list[str]] = [[]]
    position = 0
    for found in re.finditer(f"{re.escape(opening)}|{re.escape(closing)}", text):
        stack[-1].append(text[position : found.start()])
        position = found.end()
        if found[0] == opening:
            if len(stack) <= MAX_NESTING:
                stack.append([])
        elif len(stack) > 1:
            inner = "".join(stack.pop())
            stack[-1].append(say(inner))
    stack[-1].append(text[position:])
    # What was opened and never closed stays as text, without its bracket.
    return "".join(part for level in stack for part in level)


def _template(inner: str) -> str:
    """Return the words a template adds to its sentence; "" for most."""
    name, *arguments = inner.split("|")
    named = {part.partition("=")[0].strip(): part.partition("=")[2] for part in arguments if "=" in part}
    plain = [part.strip() for part in arguments if "=" not in part]
    match name.strip().lower().replace("_", " "):
        case "convert" | "cvt" if len(plain) >= 2:
            return f"{plain[0]} {plain[1]}"
        case "lang" | "transl" | "transliteration" if len(plain) >= 2:
            return plain[-1]
        case "nowrap" | "small" | "nobold" | "abbr" | "nbsp" | "as of" | "sortname" | "text" if plain:
            return " ".join(plain[:2]) if name.strip().lower() == "sortname" else plain[0]
        case "nowrap" | "small" if "1" in named:
            return named["1"].strip()
        case "ndash" | "spaced ndash" | "snd" | "en dash":
            return " – "
        case "!":
            return "|"
        case _:
            return ""


def _link(inner: str) -> str:
    """Return the words of a link; "" for pictures and categories."""
    target, bar, rest = inner.partition("|")
    if NAMESPACE.match(target) and not target.lstrip().startswith(":"):
        return ""
    if not bar:
        return target.strip().lstrip(":")
    return rest.rpartition("|")[2].strip() or target.strip()
