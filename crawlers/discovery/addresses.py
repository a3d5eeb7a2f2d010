"""One spelling for each address: RFC 3986 section 6.2.2 and 6.2.3, and what a catalogue entry drops."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
DOTS = re.compile(r"/\.{1,2}(/|$)")
RESERVED = "/:?#[]@!$&'()*+,;=%~|^`{}\\"  # left as found: only what a request line cannot carry is quoted


def clean_url(place: str, base: str, drop: Iterable[str] = ()) -> str:
    """Return an absolute URL in one spelling; what cannot be joined to ``base`` comes back as it is.

    Without fragment, default port and dot segments; the host in lower case and ASCII; spaces and letters
    outside ASCII percent-encoded. Other schemes than http and https only lose their fragment.

    Args:
        place: a link as found.
        base: the address it was found at.
        drop: names of query parameters (or ``;`` parameters of the path) to leave out, in any case; one that
            ends in ``*`` stands for all that begin so.
    """
    try:
        parts = urlsplit(urljoin(base, place.strip()))
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            return urlunsplit(parts._replace(fragment=""))
        authority = _authority(parts)
        path, query = _without_dots(parts.path or "/"), parts.query
        dropped = tuple(name.lower() for name in drop)
        if dropped:
            path, query = _without_parameters(path, query, dropped)
        return urlunsplit((parts.scheme, authority, quote(path, RESERVED), quote(query, RESERVED), ""))
    except ValueError:
        return place


def is_http(url: str) -> bool:
    """Return whether a cleaned URL is one that a crawl can ask for."""
    return url.startswith(("http://", "https://"))


def with_parameter(url: str, name: str, value: str) -> str:
    """Return a URL whose query has one parameter set."""
    return with_parameters(url, {name: value})


def with_parameters(url: str, values: dict[str, str]) -> str:
    """Return a URL whose query has parameters set, after those it had."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in values]
    return urlunsplit(parts._replace(query=urlencode([*query, *values.items()])))


def _authority(parts: SplitResult) -> str:
    """Return user, host and port as they are written in full; raises ValueError for what cannot be."""
    user, at, _ = parts.netloc.rpartition("@")
    host, port = parts.hostname or "", parts.port
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    name = f"[{host}]" if ":" in host else host
    return f"{user}{at}{name}" + ("" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}")


def _without_dots(path: str) -> str:
    """Remove dot segments (RFC 3986 section 5.2.4)."""
    if not DOTS.search(path):
        return path
    kept: list[str] = []
    *segments, last = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/".join(["", *kept, "" if last in {".", ".."} else last])


def _without_parameters(path: str, query: str, dropped: tuple[str, ...]) -> tuple[str, str]:
    path, *of_path = path.split(";")
    path = ";".join([path, *(piece for piece in of_path if not _is_dropped(piece, dropped))])
    if query:
        query = "&".join(piece for piece in query.split("&") if not _is_dropped(piece, dropped))
    return path, query


def _is_dropped(piece: str, dropped: tuple[str, ...]) -> bool:
    name = piece.partition("=")[0].lower()
    return any(name.startswith(rule[:-1]) if rule.endswith("*") else name == rule for rule in dropped)
