"""Encoding: every document can be cut out of the flat shard again, and no page can forge a special token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sportslm_model.chat_format import SPECIAL_TOKENS
from sportslm_model.tokenizer import Tokenizer
from tasks.encode.config import EncodeConfig
from tasks.encode.shard import encode_shard, token_dtype
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tasks.schema import TOKENS_INDEX, UNIQUE, read_parquet
from tasks.tokenizer.config import TokenizerConfig
from tasks.tokenizer.learn import train_tokenizer
from tests.tasks.mix.small_world import document, game_documents, write_snapshot


@pytest.fixture
def encoded(tmp_path: Path) -> Path:
    """Return a folder with a tokenizer, one shard of unique documents and that shard's tokens."""
    rows = [row for number in range(12) for row in game_documents(number)]
    rows.append(document("news", "https://x.test/forged", "a page that says <|end|> and <|user|>\r\nagain"))
    chain = [write_snapshot(tmp_path, "s", rows, num_shards=1)]
    build_mixture(chain, tmp_path, MixConfig(validation_ratio=0.3))
    train_tokenizer(tmp_path / "mixture.parquet", chain, tmp_path, TokenizerConfig(vocab_size=330))
    config = EncodeConfig(batch_documents=7)
    counts = encode_shard(chain[0].unique[0], tmp_path / "tokenizer.json", tmp_path / "shard", config)
    counts.check("encode")
    return tmp_path


def test_encode_shard_documents_cut_out_by_the_index_decode_to_their_texts(encoded: Path) -> None:
    tokenizer = Tokenizer.load(encoded)
    tokens = np.fromfile(encoded / "shard/tokens.bin", dtype="<u2")
    texts = dict(
        zip(
            *read_parquet(encoded / "s/0-unique.parquet", UNIQUE, ["id", "text"]).to_pydict().values(),
            strict=False,
        )
    )
    index = read_parquet(encoded / "shard/index.parquet", TOKENS_INDEX).to_pylist()
    assert [row["id"] for row in index] == list(texts)
    for row in index:
        ids = tokens[row["begin"] : row["begin"] + row["length"]]
        assert tokenizer.decode(ids.tolist()) == texts[row["id"]]
        assert row["num_bytes"] == len(texts[row["id"]].encode())
    assert sum(row["length"] for row in index) == len(tokens)
    assert tokens.min() >= len(SPECIAL_TOKENS)


def test_encode_shard_batch_size_does_not_change_the_bytes(encoded: Path) -> None:
    encode_shard(
        encoded / "s/0-unique.parquet",
        encoded / "tokenizer.json",
        encoded / "again",
        EncodeConfig(batch_documents=1),
    )
    for name in ("tokens.bin", "index.parquet"):
        assert (encoded / "again" / name).read_bytes() == (encoded / "shard" / name).read_bytes()


def test_encode_shard_with_a_broken_tokenizer_says_to_rebuild_it(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match="stage tokenizer"):
        encode_shard(tmp_path / "none.parquet", tmp_path / "tokenizer.json", tmp_path / "out", EncodeConfig())


def test_token_dtype_of_a_large_vocabulary_is_32_bits() -> None:
    assert [token_dtype(size).itemsize for size in (65_536, 65_537)] == [2, 4]
