"""One shard of unique documents as flat little-endian token ids, with where each document lies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

from tasks.counts import Counts
from tasks.encode.config import EncodeConfig
from tasks.schema import TOKENS_INDEX, UNIQUE, read_parquet, write_parquet

TOKENS_FILE = "tokens.bin"
INDEX_FILE = "index.parquet"


def token_dtype(vocab_size: int) -> np.dtype[np.uint16] | np.dtype[np.uint32]:
    """Return the smallest little-endian type that holds every id of a vocabulary."""
    return np.dtype("<u2") if vocab_size <= 2**16 else np.dtype("<u4")


def load_tokenizer(path: Path) -> Tokenizer:
    """Return a tokenizer to which special tokens in a text are plain text: no page can forge one.

    Raises:
        ValueError: if the file is missing or not a tokenizer.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises a bare Exception for whatever is wrong with the file
        raise ValueError(
            f"{path} is not a readable tokenizer ({error}); rebuild it (sportslm stage tokenizer)"
        ) from error
    tokenizer.encode_special_tokens = True
    return tokenizer


def encode_shard(unique: Path, tokenizer: Path, out: Path, config: EncodeConfig) -> Counts:
    """Write ``tokens.bin`` (no end tokens: the loader sets them) and ``index.parquet`` in the shard's order.

    Every document of ``unique`` is encoded, whatever the mixture makes of it: mixing again costs no encoding.

    Returns:
        documents in and out; ``extra`` holds tokens and bytes.
    """
    encoder = load_tokenizer(tokenizer)
    dtype = token_dtype(encoder.get_vocab_size())
    table = read_parquet(unique, UNIQUE, ["id", "text"])
    out.mkdir(parents=True, exist_ok=True)
    lengths: list[int] = []
    num_bytes: list[int] = []
    with (out / TOKENS_FILE).open("wb") as tokens:
        for texts in _batches(table, config.batch_documents):
            for text, encoding in zip(
                texts, encoder.encode_batch_fast(texts, add_special_tokens=False), strict=True
            ):
                ids = np.asarray(encoding.ids, dtype=dtype)
                tokens.write(ids.tobytes())
                lengths.append(len(ids))
                num_bytes.append(len(text.encode()))
    begins = np.concatenate([[0], np.cumsum(lengths)])[:-1].astype(np.int64)
    index = pa.table(
        [
            table["id"],
            pa.array(begins, pa.int64()),
            pa.array(lengths, pa.int64()),
            pa.array(num_bytes, pa.int64()),
        ],
        schema=TOKENS_INDEX,
    )
    write_parquet(index, out / INDEX_FILE)
    return Counts(len(lengths), len(lengths), {}, {"tokens": sum(lengths), "bytes": sum(num_bytes)})


def _batches(table: pa.Table, size: int) -> Iterator[list[str]]:
    for batch in table.to_batches(max_chunksize=size):
        yield [str(text) for text in batch["text"].to_pylist()]
