"""Which documents of a snapshot stay: the part of dedup that looks at all of them, in arrival order.

A document is removed only if a kept, earlier document is verified, by exact Jaccard, to be its
near-duplicate; the earliest such document is its witness. Every decision looks back only, so a refresh
decides as a rebuild does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.counts import Counts
from tasks.dedup.band_index import band_names, index_schema, key_column, read_keys, signed_schema, write_keys
from tasks.dedup.candidates import Places, bucket_pairs, distinct_pairs
from tasks.dedup.config import DedupConfig
from tasks.dedup.shingles import Hashes, shingle_hashes
from tasks.dedup.sign import sign_shard
from tasks.identity import key_of
from tasks.schema import CLEAN, REMOVED, UNIQUE, read_parquet, table_of, write_parquet

Ids: TypeAlias = "pa.ChunkedArray[pa.StringScalar]"


@dataclass(frozen=True)
class Removal:
    """Why a document is left out: the kept one it repeats, how alike they are, whether letter by letter."""

    witness: int
    score: float
    exact: bool


def deduplicate(
    clean: Sequence[Path],
    out: Path,
    config: DedupConfig,
    previous_index: Path | None = None,
    previous_unique: Sequence[Path] = (),
) -> Counts:
    """Sign and decide in one process: what the stage does, for one snapshot; see ``decide``."""
    signed = []
    for number, path in enumerate(clean):
        folder = out / f"signed-{number:05d}"
        sign_shard(path, folder, config)
        signed.append(folder / "bands.parquet")
    return decide(signed, clean, out, config, previous_index, previous_unique)


def decide(
    signed: Sequence[Path],
    clean: Sequence[Path],
    out: Path,
    config: DedupConfig,
    previous_index: Path | None = None,
    previous_unique: Sequence[Path] = (),
) -> Counts:
    """Write ``unique.parquet``, ``removed.parquet`` and ``index.parquet``, all in arrival order; return the
    counts.

    Args:
        signed: the ``bands.parquet`` of each file of ``clean``, in the same order.
        previous_index: ``index.parquet`` of the parent snapshot; None for the first.
        previous_unique: the ``unique.parquet`` of every earlier snapshot, for verification.

    Raises:
        ValueError: if an index or a signed file was made with another scheme, does not belong to its texts,
        or an earlier text is missing.
    """
    documents, keys = _read_snapshot(signed, clean, config)
    old = _read_index(previous_index, config)
    ids = pa.chunked_array([*old.column("id").chunks, *documents.column("id").chunks], type=pa.string())
    earlier, later = _candidates(old, keys, ids, config)
    texts = _texts(np.union1d(earlier, later), documents, len(old), ids, previous_unique)
    removals = verified_removals(earlier, later, texts, config)
    names: list[Any] = ids.to_pylist()
    clusters = _clusters(old, names, removals)
    _write(out, documents, keys, old, names, clusters, removals, config)
    exact = sum(removal.exact for removal in removals.values())
    dropped = {"exact": exact, "near": len(removals) - exact}
    extra = {"candidate_pairs": len(later), "documents_in_index": len(names)}
    return Counts(
        len(documents), len(documents) - len(removals), {k: v for k, v in dropped.items() if v}, extra
    )


def verified_removals(
    earlier: Places, later: Places, texts: dict[int, str], config: DedupConfig
) -> dict[int, Removal]:
    """Return the removals among candidate pairs, given by later document, then earlier one."""
    places = list(texts)
    row_of = {place: row for row, place in enumerate(places)}
    sets = _shingle_sets([texts[place] for place in places], config.shingle_words)
    removals: dict[int, Removal] = {}
    bounds = [*np.flatnonzero(np.diff(later, prepend=-1)).tolist(), len(later)]
    for start, end in pairwise(bounds):
        place = int(later[start])
        kept = [witness for witness in earlier[start:end].tolist() if witness not in removals]
        scores = jaccards(sets[row_of[place]], [sets[row_of[witness]] for witness in kept])
        for witness, score in zip(kept, scores, strict=True):
            if score >= config.threshold:
                removals[place] = Removal(witness, score, texts[place] == texts[witness])
                break
    return removals


def jaccards(own: Hashes, others: list[Hashes]) -> list[float]:
    """Return the Jaccard similarity of a set with each other one, all sorted; two empty sets are equal."""
    filled = [other for other in others if len(other)]
    if not len(own) or not filled:
        return [float(len(own) == len(other)) for other in others]
    joined = np.concatenate(filled)
    found = own[np.minimum(np.searchsorted(own, joined), len(own) - 1)] == joined
    starts = np.cumsum([0, *(len(other) for other in filled[:-1])])
    shared = iter(np.add.reduceat(found, starts, dtype=np.int64).tolist())
    sizes = [(next(shared) if len(other) else 0, len(other)) for other in others]
    return [both / (len(own) + size - both) for both, size in sizes]


def _shingle_sets(texts: list[str], shingle_words: int) -> list[Hashes]:
    """Return each text's distinct shingles, sorted."""
    sets: list[Hashes] = []
    for first in range(0, len(texts), 256):
        hashes, offsets = shingle_hashes(texts[first : first + 256], shingle_words)
        bounds = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
        sets.extend(np.unique(hashes[start:end]) for start, end in bounds)
    return sets


def _read_snapshot(
    signed: Sequence[Path], clean: Sequence[Path], config: DedupConfig
) -> tuple[pa.Table, pa.Table]:
    """Return the snapshot's documents and their keys, both in arrival order."""
    schema = signed_schema(config)
    keys = pa.concat_tables([schema.empty_table(), *(read_keys(path, schema) for path in signed)])
    documents = pa.concat_tables([CLEAN.empty_table(), *(read_parquet(path, CLEAN) for path in clean)])
    if not keys.column("id").equals(documents.column("id")):
        raise ValueError(
            f"{len(signed)} signed files do not belong to the {len(clean)} files of texts: their ids differ; "
            "sign the texts again (sportslm stage dedup --refresh)"
        )
    order = pc.sort_indices(
        keys, sort_keys=[("source", "ascending"), ("ordinal", "ascending"), ("id", "ascending")]
    )
    return documents.take(order), keys.take(order)


def _read_index(path: Path | None, config: DedupConfig) -> pa.Table:
    schema = index_schema(config)
    return read_keys(path, schema) if path is not None else schema.empty_table()


def _candidates(old: pa.Table, keys: pa.Table, ids: Ids, config: DedupConfig) -> tuple[Places, Places]:
    """Return the pairs worth verifying: the earlier document not removed before, and no other revision
    of the later.
    """
    parts = [
        bucket_pairs(key_column(old, name), key_column(keys, name), config.max_candidates)
        for name in band_names(config)
    ]
    earlier, later = distinct_pairs(parts, max(1, len(ids)))
    gone = np.flatnonzero(~old.column("kept").to_numpy())
    worth = ~np.isin(earlier, gone)
    earlier, later = earlier[worth], later[worth]
    names = dict(
        zip((involved := np.union1d(earlier, later)).tolist(), ids.take(involved).to_pylist(), strict=True)
    )
    pairs = zip(earlier.tolist(), later.tolist(), strict=True)
    compared = [names[i] == names[j] or key_of(names[i]) != key_of(names[j]) for i, j in pairs]
    return earlier[compared], later[compared]


def _texts(
    places: Places, documents: pa.Table, num_old: int, ids: Ids, previous_unique: Sequence[Path]
) -> dict[int, str]:
    """Return the texts at some places: of this snapshot, or of earlier ones where they are old."""
    old_places, new_places = places[places < num_old], places[places >= num_old]
    old_ids: list[Any] = ids.take(old_places).to_pylist()
    wanted = pa.array(sorted(set(old_ids)), type=pa.string())
    by_id: dict[str, str] = {}
    for path in previous_unique if len(wanted) else ():
        rows = read_parquet(path, UNIQUE, ["id", "text"])
        rows = rows.filter(pc.is_in(rows.column("id"), value_set=wanted))
        found: list[dict[str, str]] = rows.to_pylist()
        by_id.update((row["id"], row["text"]) for row in found)
    missing = [id_ for id_ in old_ids if id_ not in by_id]
    if missing:
        raise ValueError(
            f"{len(missing)} earlier texts are in no unique.parquet given (the first: {missing[0]}); "
            "give those of every snapshot of the chain, or rebuild the missing one"
        )
    texts = {place: by_id[id_] for place, id_ in zip(old_places.tolist(), old_ids, strict=True)}
    new_texts: list[Any] = documents.column("text").take(new_places - num_old).to_pylist()
    return texts | dict(zip(new_places.tolist(), new_texts, strict=True))


def _clusters(old: pa.Table, names: list[str], removals: dict[int, Removal]) -> list[str]:
    """Return every document's cluster: its witness's, else that of its first revision, else its own id."""
    clusters: list[Any] = old.column("cluster").to_pylist()
    first: dict[str, str] = {}
    for name, cluster in zip(names, clusters, strict=False):
        first.setdefault(key_of(name), cluster)
    for place in range(len(old), len(names)):
        removal = removals.get(place)
        key = key_of(names[place])
        cluster = clusters[removal.witness] if removal else first.get(key, names[place])
        first.setdefault(key, cluster)
        clusters.append(cluster)
    return clusters


def _write(
    out: Path,
    documents: pa.Table,
    keys: pa.Table,
    old: pa.Table,
    names: list[str],
    clusters: list[str],
    removals: dict[int, Removal],
    config: DedupConfig,
) -> None:
    kept: NDArray[np.bool_] = np.array(
        [place not in removals for place in range(len(old), len(names))], dtype=bool
    )
    unique = documents.append_column("cluster", pa.array(clusters[len(old) :], type=pa.string())).filter(
        pa.array(kept)
    )
    write_parquet(unique.select(UNIQUE.names).cast(UNIQUE), out / "unique.parquet")
    sources = documents.column("source").to_pylist()
    removed = [
        {
            "id": names[place],
            "source": sources[place - len(old)],
            "witness_id": names[removal.witness],
            "score": removal.score,
            "how": "exact" if removal.exact else "near",
        }
        for place, removal in sorted(removals.items())
    ]
    write_parquet(table_of(removed, REMOVED), out / "removed.parquet")
    columns = {"id": keys.column("id"), "kept": pa.array(kept), "cluster": clusters[len(old) :]}
    columns |= {name: keys.column(name) for name in band_names(config)}
    index = pa.concat_tables([old, pa.table(columns, schema=index_schema(config))])
    write_keys(
        dict(zip(index.column_names, index.columns, strict=True)), index_schema(config), out / "index.parquet"
    )
