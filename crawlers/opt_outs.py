"""What a page, its headers and its host's TDM file reserve, beyond robots.txt: names kept with the document.

They are ``header:…`` and ``meta:…`` with a robots directive or ``tdm-reservation``, and ``tdmrep``. The
directives ``noai`` and ``noimageai`` are DeviantArt's (2022); TDMRep is a W3C community group's (2024).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable

from crawlers.robots import AI_AGENTS, PathPattern, path_octets, product_token
from crawlers.spec import USER_AGENT

MAX_HEAD_BYTES = 256 * 1024
# "none" means "noindex, nofollow".
DIRECTIVES = {"noai": "noai", "noimageai": "noimageai", "noindex": "noindex", "none": "noindex"}
# These concern search results and images, not text for training.
FORBIDS_OTHER_USES = frozenset({"noindex", "noimageai"})
TDM = "tdm-reservation"

_AI_AGENTS = frozenset(agent.lower() for agent in AI_AGENTS)
_ADDRESSED = re.compile(r"\s*([\w.*-]+)\s*:(.*)", re.DOTALL)
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})

# A tag and what follows it; spelt out, which is many times faster than IGNORECASE.
_META = re.compile(rb"<[mM][eE][tT][aA][\s/][^<]*")
_SIGNS = (b"noai", b"noi", b"none", TDM.encode())
# What hides tags from a browser comes first; what is never closed reaches to the end, so a scan stays linear.
_HEAD_TAG = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|title|template)\b.*?(?:</\1|\Z)"
    rb"|(?P<end></head\b|<body\b)|<meta(?P<attributes>[\s/](?:[^>\"']+|\"[^\"]*\"|'[^']*')*)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"([^\s\"'>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>][^\s>]*)))?")


def is_training_opt_out(name: str) -> bool:
    """Return whether a name of any kind, those of robots.txt included, forbids training on the text."""
    return name.partition(":")[2] not in FORBIDS_OTHER_USES


def header_opt_outs(headers: Iterable[tuple[str, str]], agent: str) -> tuple[str, ...]:
    """Return what the headers reserve, sorted: ``header:noai``, ``header:tdm-reservation`` and the like.

    A directive addressed to a crawler (``X-Robots-Tag: gptbot: noai``) counts if that is ours, ``*`` or an AI
    agent; as everywhere in that header an address holds until the next one.

    Args:
        headers: name and value, in any case, a name as often as it came.
        agent: our product token or whole user agent.
    """
    heard = _AI_AGENTS | {"*", product_token(agent)}
    found: set[str] = set()
    for name, value in headers:
        if name.lower() == "x-robots-tag":
            found |= _addressed_directives(value, heard)
        elif name.lower() == TDM and value.strip() == "1":
            found.add(TDM)
    return tuple(sorted(f"header:{name}" for name in found))


def _addressed_directives(value: str, heard: frozenset[str]) -> set[str]:
    """Return the directives of one X-Robots-Tag header that are addressed to somebody heard, or to nobody."""
    found: set[str] = set()
    listening = True
    for part in value.lower().split(","):
        address = _ADDRESSED.match(part)
        if address and address.group(1) not in _VALUED:
            listening, part = address.group(1) in heard, address.group(2)
        if listening and part.strip() in DIRECTIVES:
            found.add(DIRECTIVES[part.strip()])
    return found


def meta_opt_outs(body: bytes, content_type: str, agent: str = USER_AGENT) -> tuple[str, ...]:
    """Return what the meta tags in an HTML page's head reserve, sorted: ``meta:noai`` and the like.

    Only the first 256 KiB are read, up to the end of the head. One plain scan looks for tags that may matter;
    only a head that has one is then read as a browser would, past comments and scripts.
    """
    if not _is_html(content_type) or not _may_reserve(body):
        return ()
    heard = _AI_AGENTS | {"robots", product_token(agent)}
    found: set[str] = set()
    for tag in _HEAD_TAG.finditer(body, 0, MAX_HEAD_BYTES):
        if tag["end"]:
            break
        if tag["attributes"]:
            found |= _tag_opt_outs(_attributes(tag["attributes"]), heard)
    return tuple(sorted(f"meta:{name}" for name in found))


def _is_html(content_type: str) -> bool:
    """Return whether a media type is HTML; a server that names none may mean it."""
    return content_type.partition(";")[0].strip().lower() in {"text/html", "application/xhtml+xml", ""}


def _may_reserve(body: bytes) -> bool:
    """Return whether a meta tag in the head may hold a directive: False is certain, True is worth a look."""
    end = body.find(b"</head>", 0, MAX_HEAD_BYTES)
    if end < 0 or _is_hidden(body, end):
        end = MAX_HEAD_BYTES
    tags = b"".join(_META.findall(body, 0, end)).lower()
    return any(sign in tags for sign in _SIGNS)


def _is_hidden(body: bytes, position: int) -> bool:
    """Return whether a position may lie within a script or a comment."""
    for start, stop in ((b"<script", b"</script"), (b"<!--", b"-->")):
        opened = body.rfind(start, 0, position)
        if opened >= 0 and body.find(stop, opened, position) < 0:
            return True
    return False


def _attributes(tag: bytes) -> dict[str, str]:
    """Return a tag's attributes with names in lower case; of equal names the first counts, as in browsers."""
    attributes: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag):
        value = html.unescape((double or single or bare).decode("latin-1"))
        attributes.setdefault(name.decode("latin-1").lower(), value)
    return attributes


def _tag_opt_outs(attributes: dict[str, str], heard: frozenset[str]) -> set[str]:
    """Return what one meta tag reserves."""
    name, content = attributes.get("name", "").strip().lower(), attributes.get("content", "").strip().lower()
    if name == TDM:
        return {TDM} if content == "1" else set()
    if name not in heard:
        return set()
    return {DIRECTIVES[part.strip()] for part in content.split(",") if part.strip() in DIRECTIVES}


def tdmrep_opt_out(body: bytes, url: str) -> tuple[str, ...]:
    """Return ``("tdmrep",)`` if a host's ``/.well-known/tdmrep.json`` reserves a URL, else nothing.

    Of the entries whose location (a pattern as in robots.txt) matches, the most specific decides, and among
    equals a reservation. A body that is no such file reserves nothing.
    """
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    octets = path_octets(url)
    matching: list[tuple[int, bool]] = []
    for entry in entries if isinstance(entries, list) else [entries]:
        location = entry.get("location") if isinstance(entry, dict) else None
        if not isinstance(location, str):
            continue
        pattern = PathPattern(location.strip().encode("utf-8", "surrogatepass"))
        if pattern.matches(octets):
            matching.append((pattern.num_octets, entry.get(TDM) in (1, "1")))
    return ("tdmrep",) if max(matching, default=(0, False))[1] else ()
