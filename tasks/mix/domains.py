"""The cap on one domain's documents: whoever buys a domain that a web dump holds gets no further than that.

Carlini et al. (2023) bought expired domains for 60 dollars and could have written .01% of a public web
dataset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from tld import get_fld

from tasks.extract.segment import IMPORTED
from tasks.identity import key_of
from tasks.mix.chain import SnapshotFiles
from tasks.schema import DOCUMENTS, read_parquet


def domain_of(url: str) -> str | None:
    """Return the registrable domain of a URL by the public suffix list, else its host; None without one.

    Private suffixes count: the blogs of one host are different people's.
    """
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return _registrable(host) if host else None


def over_cap(chain: Sequence[SnapshotFiles], arrived: Iterable[str], most: int) -> frozenset[str]:
    """Return the keys of imported documents beyond a domain's first ``most``, by first arrival.

    A document keeps its place when it is revised, superseded or gone, so that a later snapshot changes
    nothing for an earlier one's documents. What we crawled is not capped: its source is in the catalogue, its
    terms read and accepted by name.

    Args:
        chain: the snapshots; their ``documents`` say where each document is from.
        arrived: ids in arrival order, all snapshots' together.
        most: documents a domain may have; 0 for no cap.
    """
    if not most:
        return frozenset()
    domains = _imported_domains(chain)
    held: Counter[str] = Counter()
    seen: set[str] = set()
    beyond = []
    for id_ in arrived:
        key, domain = key_of(id_), domains.get(id_)
        if domain is None or key in seen:
            continue
        seen.add(key)
        held[domain] += 1
        if held[domain] > most:
            beyond.append(key)
    return frozenset(beyond)


def _imported_domains(chain: Sequence[SnapshotFiles]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chain:
        for path in part.documents:
            rows = read_parquet(path, DOCUMENTS, ["id", "url", "terms_verdict"]).to_pydict()
            for id_, url, verdict in zip(rows["id"], rows["url"], rows["terms_verdict"], strict=True):
                if verdict == IMPORTED and url and (domain := domain_of(url)):
                    found[id_] = domain
    return found


@lru_cache(maxsize=100_000)
def _registrable(host: str) -> str:
    found = get_fld(host, fail_silently=True, fix_protocol=True, search_private=True)
    return str(found) if found else host
