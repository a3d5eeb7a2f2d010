"""Dedup from clean files to unique ones, as steps of shards: none of them holds the snapshot in memory.

    sign ──► arrange ──► candidates ──► recall ──► verify ──► decide ──► assemble
    a file   the order   a key column   earlier    a range    one small   a range
             of arrival                 texts                 step

Only ``decide`` looks at all documents, and only at their names and verified pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pyarrow.parquet as pq

from tasks.counts import Counts, total
from tasks.dedup.arrival import ARRIVAL_FILE, KEYS_FILE, TEXTS_FILE, arrange, ranges
from tasks.dedup.assemble import assemble
from tasks.dedup.band_index import INDEX_FILE, PAGE_KEY, key_names
from tasks.dedup.candidates import find_candidates
from tasks.dedup.config import DedupConfig
from tasks.dedup.decide import decide
from tasks.dedup.earlier import RECALLED_FILE, recall
from tasks.dedup.sign import sign_shard
from tasks.dedup.verify import VERIFIED_FILE, verify_range

# From so many documents on, each key column is a shard of its own; below, the shards would cost more.
DOCUMENTS_FOR_COLUMN_SHARDS = 100_000


class Shards(Protocol):
    """Runs a step's calls, each writing files into a folder of its own, and finds the files again."""

    def shards(self, fn: Callable[..., Counts], calls: Mapping[str, Mapping[str, Any]]) -> Counts: ...
    def local(self, shard: str, name: str) -> Path: ...
    def blob(self, shard: str, name: str) -> Any: ...
    def discard(self, shard: str) -> None: ...


def deduplicate(
    run: Shards,
    clean: Sequence[Any],
    index: Sequence[Any],
    unique: Sequence[Sequence[Any]],
    num_old: int,
    num_new: int,
    config: DedupConfig,
) -> Counts:
    """Leave ``unique.parquet`` files, ``removed.parquet`` and ``index.parquet``; return the counts.

    Args:
        clean: files of clean documents. index: every earlier snapshot's part of the index, oldest first.
        unique: every earlier snapshot's unique files, in the order of ``index``.
        num_old: rows of all parts of the index. num_new: rows of all clean files.

    Raises:
        ValueError: if an index was made with another scheme, or earlier texts are missing.
    """
    compiled = num_new > config.compile_above
    signed = [f"sign-{number:05d}" for number in range(len(clean))]
    run.shards(
        sign_shard,
        {
            name: {"clean": file, "config": config, "compiled": compiled}
            for name, file in zip(signed, clean, strict=True)
        },
    )
    keys = [run.blob(name, KEYS_FILE) for name in signed]
    texts = [run.blob(name, TEXTS_FILE) for name in signed]
    run.shards(arrange, {"arrange": {"keys": keys}})
    arrival = run.blob("arrange", ARRIVAL_FILE)

    columns = key_names(config)
    groups = [[name] for name in columns] if num_new >= DOCUMENTS_FOR_COLUMN_SHARDS else [columns]
    given = {"keys": keys, "arrival": arrival, "index": index, "config": config}
    found = run.shards(find_candidates, {f"keys-{group[0]}": {"names": group, **given} for group in groups})
    of_column = {name: f"keys-{group[0]}" for group in groups for name in group}
    pairs = {name: run.blob(of_column[name], f"{name}-pairs.npy") for name in columns}
    own_keys = {name: run.blob(of_column[name], f"{name}.npy") for name in columns}

    recalled = None
    if index:
        call = {"pairs": list(pairs.values()), "index": index, "unique": unique, "config": config}
        found = total([found, run.shards(recall, {"recall": call})])
        recalled = run.blob("recall", RECALLED_FILE)
    parts = ranges(run.local("arrange", ARRIVAL_FILE))
    given = {"num_old": num_old, "arrival": arrival, "texts": texts, "recalled": recalled, "config": config}
    given |= {"compiled": compiled}
    given |= {"pairs": [pairs[name] for name in columns if name != PAGE_KEY], "page_keys": own_keys[PAGE_KEY]}
    verified = [f"verify-{number:05d}" for number in range(len(parts))]
    bounds = [{"start": start, "end": end} for start, end in parts]
    calls = {name: {**at, **given} for name, at in zip(verified, bounds, strict=True)}
    found = total([found, run.shards(verify_range, calls)])

    call = {"num_old": num_old, "verified": [run.blob(name, VERIFIED_FILE) for name in verified]}
    call |= {"keys": list(own_keys.values()), "page_pairs": pairs[PAGE_KEY]}
    call |= {"arrival": arrival, "recalled": recalled, "config": config}
    counts = run.shards(decide, {"decision": call})
    given = {"index": run.blob("decision", INDEX_FILE), "arrival": arrival, "texts": texts}
    run.shards(assemble, {f"{number:05d}": {**at, **given} for number, at in enumerate(bounds)})
    for name in {*signed, "arrange", *of_column.values(), *verified, *(["recall"] if index else [])}:
        run.discard(name)
    extra = {**found.extra, "documents_in_index": num_old + num_new}
    return Counts(counts.rows_in, counts.rows_out, counts.dropped, extra)


@dataclass
class InFolder:
    """Runs the steps one after another in this process, in a folder."""

    folder: Path
    discarded: list[str] = field(default_factory=list)

    def shards(self, fn: Callable[..., Counts], calls: Mapping[str, Mapping[str, Any]]) -> Counts:
        """Run each call in a folder of its name."""
        counts = []
        for name, arguments in calls.items():
            out = self.folder / name
            out.mkdir(parents=True, exist_ok=True)
            counts.append(fn(**arguments, out=out))
        return total(counts)

    def local(self, shard: str, name: str) -> Path:
        """Return the path of a file."""
        return self.folder / shard / name

    blob = local

    def discard(self, shard: str) -> None:
        """Delete a step's files."""
        folder = self.folder / shard
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    def index(self) -> Path:
        """Return this snapshot's part of the index."""
        return self.local("decision", INDEX_FILE)

    def unique(self) -> list[Path]:
        """Return this snapshot's unique files, in order."""
        return sorted(self.folder.glob("[0-9]*/unique.parquet"))


def deduplicate_in(
    folder: Path, clean: Sequence[Path], config: DedupConfig, chain: Sequence[InFolder] = ()
) -> tuple[InFolder, Counts]:
    """Deduplicate one snapshot in a folder, after those of ``chain``, oldest first."""
    run = InFolder(folder)
    index = [earlier.index() for earlier in chain]
    num_old = sum(pq.read_metadata(path).num_rows for path in index)
    num_new = sum(pq.read_metadata(path).num_rows for path in clean)
    unique = [earlier.unique() for earlier in chain]
    counts = deduplicate(run, clean, index, unique, num_old, num_new, config)
    return run, counts
