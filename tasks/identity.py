"""Who a document is: canonical URLs (after RFC 3986 section 6), document keys and revisions."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

# Parameters that name a campaign or a session, never a page.
TRACKING = re.compile(
    r"^(utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ocid|ns_.*|at_.*|cmpid|ref_src|s_cid)$"
)
DEFAULT_PORTS = {"http": 80, "https": 443}
KEY_HEX = 16
REVISION_HEX = 8


def canonical_url(url: str) -> str:
    """Return one spelling for all spellings of a URL: the page's identity, not for fetching.

    Lower-cases scheme and host, drops default ports, fragments, tracking parameters and a trailing slash,
    sorts the query, and normalises percent-encoding. Strings without a host come back stripped, unchanged.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if not parts.hostname:
        return url
    host = parts.hostname.rstrip(".")
    if port and port != DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._") or "/"
    if len(path) > 1:
        path = path.rstrip("/") or "/"
    pairs = [
        (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k.lower())
    ]
    return urlunsplit((parts.scheme.lower(), host, path, urlencode(sorted(pairs)), ""))


def digest(*parts: str) -> str:
    """Return the SHA-256 of several strings, each length-prefixed so that no two lists collide."""
    joined = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        joined.update(len(data).to_bytes(8, "big") + data)
    return joined.hexdigest()


def document_key(source: str, own_id: str) -> str:
    """Return the 16 hex digits that all revisions of one document share.

    Args:
        source: catalogue id, or the ``--source`` of an import.
        own_id: the page's URL, or an imported row's own id.
    """
    return digest(source, canonical_url(own_id))[:KEY_HEX]


def document_id(source: str, own_id: str, revision: str) -> str:
    """Return ``<key>-<revision>``: the same page with another text is another id under the same key."""
    return f"{document_key(source, own_id)}-{digest(revision)[:REVISION_HEX]}"


def key_of(id_: str) -> str:
    """Return the document key inside a document id."""
    return id_.split("-", 1)[0]
