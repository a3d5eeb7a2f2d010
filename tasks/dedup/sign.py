"""One file of clean texts to ``bands.parquet``: the part of dedup that runs shard by shard."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.counts import Counts
from tasks.dedup.band_index import band_names, signed_schema, write_keys
from tasks.dedup.config import DedupConfig
from tasks.dedup.minhash import Signatures, band_keys, permutations, signatures
from tasks.dedup.shingles import Hashes
from tasks.schema import CLEAN, read_parquet


def sign_shard(clean: Path, out: Path, config: DedupConfig) -> Counts:
    """Write the band keys of a file's documents, in its order, and return the counts.

    Raises:
        ValueError: if ``clean`` is not a table of clean texts.
    """
    table = read_parquet(clean, CLEAN, ["id", "source", "ordinal", "text"])
    found = _signatures(table.column("text"), config)
    keys = band_keys(found, config.num_bands, config.rows_per_band)
    columns: dict[str, Any] = {name: table.column(name) for name in ("id", "source", "ordinal")}
    columns |= dict(zip(band_names(config), [text_keys(table.column("text")), *keys], strict=True))
    write_keys(columns, signed_schema(config), out / "bands.parquet")
    return Counts(len(table), len(table))


def text_keys(texts: pa.ChunkedArray[pa.StringScalar]) -> Hashes:
    """Return 64 bits of each text's digest."""
    strings: list[Any] = texts.to_pylist()
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in strings)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _signatures(texts: pa.ChunkedArray[pa.StringScalar], config: DedupConfig) -> Signatures:
    """Return the signatures, compiled where that pays and numba is there; both ways give the same bits."""
    chosen = permutations(config.num_permutations, config.seed)
    if len(texts) > config.compile_above and importlib.util.find_spec("numba"):
        from tasks.dedup.kernel import compiled_signatures

        return compiled_signatures(texts, config.shingle_words, chosen)
    strings: list[Any] = texts.to_pylist()
    return signatures(strings, config.shingle_words, chosen)
