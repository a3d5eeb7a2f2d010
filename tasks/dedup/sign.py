"""One file of clean texts to its keys, and the texts laid out for random access: dedup's first step."""

from __future__ import annotations

import hashlib
import importlib.util
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa

from tasks.counts import Counts
from tasks.dedup.arrival import BATCH_ROWS, KEYS_FILE, TEXTS_FILE
from tasks.dedup.band_index import band_names, signed_schema, write_keys
from tasks.dedup.config import DedupConfig
from tasks.dedup.minhash import Signatures, band_keys, permutations, signatures
from tasks.dedup.shingles import Hashes, mix64
from tasks.identity import key_of
from tasks.schema import CLEAN, read_parquet


def sign_shard(clean: Path, out: Path, config: DedupConfig, compiled: bool = False) -> Counts:
    """Write a file's keys (``keys.parquet``) and rows (``texts.arrow``), in its order; return the counts.

    Args:
        compiled: whether the compiled kernel is worth its start, should numba be there.

    Raises:
        ValueError: if ``clean`` is not a table of clean texts.
    """
    table = read_parquet(clean, CLEAN).combine_chunks()
    keys = band_keys(
        _signatures(table.column("text"), config, compiled), config.num_bands, config.rows_per_band
    )
    columns: list[Any] = [table.column(name) for name in ("id", "source", "ordinal", "num_bytes")]
    columns += [page_keys(table.column("id")), text_keys(table.column("text")), *keys]
    assert len(columns) == 5 + len(band_names(config))
    write_keys(pa.table(columns, schema=signed_schema(config)), out / KEYS_FILE)
    with pa.OSFile(str(out / TEXTS_FILE), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=BATCH_ROWS)
    return Counts(len(table), len(table))


def page_keys(ids: pa.ChunkedArray[pa.StringScalar]) -> Hashes:
    """Return 64 bits of the digest of each document's key, which its revisions share."""
    names: list[Any] = ids.to_pylist()
    digests = (hashlib.blake2b(key_of(name).encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def text_keys(texts: pa.ChunkedArray[pa.StringScalar]) -> Hashes:
    """Return a key of each text's bytes (CRC-32 and length): equal for equal texts, seldom for others."""
    if not len(texts):
        return np.zeros(0, np.uint64)
    array = pa.concat_arrays(texts.cast(pa.large_string()).chunks)
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.asarray(memoryview(cast(Any, offset_buffer))).view(np.int64)[: len(array) + 1]
    data = memoryview(cast(Any, data_buffer or b""))
    checks = [zlib.crc32(data[start:end]) for start, end in pairwise(offsets.tolist())]
    return mix64(np.array(checks, np.uint64) << np.uint64(32) | np.diff(offsets).astype(np.uint64))


def _signatures(texts: pa.ChunkedArray[pa.StringScalar], config: DedupConfig, compiled: bool) -> Signatures:
    """Return the signatures; both ways give the same bits."""
    chosen = permutations(config.num_permutations, config.seed)
    if compiled and importlib.util.find_spec("numba"):
        from tasks.dedup.kernel import compiled_signatures

        return compiled_signatures(texts, config.shingle_words, chosen)
    strings: list[Any] = texts.to_pylist()
    return signatures(strings, config.shingle_words, chosen)
