"""Which documents of a snapshot stay: the one step of dedup that looks at all of them, in arrival order.

A document is removed only if a kept, earlier document is verified, by exact Jaccard, to be its
near-duplicate; the earliest such document is its witness. Every decision looks back only, so a refresh
decides as a rebuild does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.counts import Counts
from tasks.dedup.band_index import INDEX_FILE, index_schema, write_keys
from tasks.dedup.candidates import read_pairs
from tasks.dedup.config import DedupConfig
from tasks.dedup.report import Removal, write_report
from tasks.schema import RECALLED, REMOVED, VERIFIED, table_of, write_parquet

REMOVED_FILE = "removed.parquet"


def decide(
    num_old: int,
    verified: Sequence[Path],
    keys: Sequence[Path],
    page_pairs: Path,
    arrival: Path,
    recalled: Path | None,
    config: DedupConfig,
    out: Path,
) -> Counts:
    """Write ``removed.parquet`` and ``index.parquet``, this snapshot's part of the index, in arrival order;
    and ``report.md`` and ``report.html``, which show what was found.

    Args:
        num_old: documents of earlier snapshots. verified: the verified pairs of each range, in order.
        keys: this snapshot's keys, a file a column, in the order of ``key_names``.
        page_pairs: each document with the first one under its page key.
        recalled: what earlier snapshots hold of the documents in pairs, if any.
    """
    pairs = pa.concat_tables([VERIFIED.empty_table(), *(pq.read_table(path) for path in verified)])
    documents = pq.read_table(arrival, columns=["id", "source"])
    names: list[Any] = documents.column("id").to_pylist()
    old = pq.read_table(recalled) if recalled else RECALLED.empty_table()
    removals = removals_of(pairs)
    clusters = _clusters(names, num_old, removals, old, page_pairs)
    old_names = dict(zip(old.column("place").to_pylist(), old.column("id").to_pylist(), strict=True))
    sources = documents.column("source").to_pylist()
    removed = [
        {
            "id": names[place - num_old],
            "source": sources[place - num_old],
            "witness_id": names[found.witness - num_old]
            if found.witness >= num_old
            else old_names[found.witness],
            "score": found.score,
            "how": "exact" if found.exact else "near",
        }
        for place, found in sorted(removals.items())
    ]
    write_parquet(table_of(removed, REMOVED), out / REMOVED_FILE)
    kept = np.ones(len(names), dtype=bool)
    kept[np.array(sorted(removals), dtype=np.int64) - num_old] = False
    columns: list[Any] = [documents.column("id"), pa.array(kept), pa.array(clusters, pa.string())]
    columns += [pa.array(np.load(path)) for path in keys]
    write_keys(pa.table(columns, schema=index_schema(config)), out / INDEX_FILE)
    write_report(arrival, clusters, removals, num_old, out)
    exact = sum(found.exact for found in removals.values())
    dropped = {"exact": exact, "near": len(removals) - exact}
    return Counts(len(names), len(names) - len(removals), {name: n for name, n in dropped.items() if n})


def removals_of(pairs: pa.Table) -> dict[int, Removal]:
    """Return the removals among verified pairs, which come by later document, then by earlier one."""
    removals: dict[int, Removal] = {}
    columns = (pairs.column(name).to_pylist() for name in VERIFIED.names)
    for later, earlier, score, exact in zip(*columns, strict=True):
        if later not in removals and earlier not in removals:
            removals[later] = Removal(earlier, score, exact)
    return removals


def _clusters(
    names: list[str], num_old: int, removals: dict[int, Removal], old: pa.Table, page_pairs: Path
) -> list[str]:
    """Return every document's cluster: its witness's, else that of its first revision, else its own id."""
    before: dict[Any, Any] = dict(
        zip(old.column("place").to_pylist(), old.column("cluster").to_pylist(), strict=True)
    )
    first: dict[int, int] = dict(read_pairs(page_pairs, num_old, 2**32 - 1).tolist())
    clusters: list[str] = []
    for place, name in enumerate(names, num_old):
        removal = removals.get(place)
        source = removal.witness if removal else first.get(place)
        if source is None:
            clusters.append(name)
        else:
            clusters.append(clusters[source - num_old] if source >= num_old else before[source])
    return clusters
