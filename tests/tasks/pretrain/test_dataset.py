"""The pretraining channels: rows point at tokens, shards are linked, the fingerprint follows content."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sportslm_model.tokenizer import Tokenizer
from tasks.encode.config import EncodeConfig
from tasks.encode.shard import encode_shard
from tasks.mix.chain import mixed_texts
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tasks.pretrain.dataset import build_dataset
from tasks.tokenizer.config import TokenizerConfig
from tasks.tokenizer.learn import train_tokenizer
from tests.tasks.mix.small_world import small_chain

SNAPSHOT = "20260301T0000Z"


def prepare(tmp_path: Path, config: MixConfig) -> tuple[Path, dict[str, list[Path]]]:
    chain = small_chain(tmp_path)
    build_mixture(chain, tmp_path, config)
    train_tokenizer(tmp_path / "mixture.parquet", chain, tmp_path, TokenizerConfig(vocab_size=384))
    folders = []
    for number, unique in enumerate(chain[0].unique):
        folders.append(tmp_path / f"tokens-{number}")
        encode_shard(unique, tmp_path / "tokenizer.json", folders[-1], EncodeConfig())
    return tmp_path / "mixture.parquet", {SNAPSHOT: folders}


def test_dataset_rows_decode_to_the_mixtures_texts_in_order(tmp_path: Path) -> None:
    mixture, tokens = prepare(tmp_path, MixConfig(validation_ratio=0.3, group_weights={"*/statistics": 2.0}))
    counts = build_dataset(mixture, tokens, tmp_path / "tokenizer.json", tmp_path / "job")
    counts.check("dataset")
    described = json.loads((tmp_path / "job/dataset/dataset.json").read_text())
    tokenizer = Tokenizer.load(tmp_path)
    shards = [
        np.memmap(tmp_path / "job/tokens" / name, dtype=described["dtype"]) for name in described["shards"]
    ]
    for split in ("train", "validation"):
        rows = np.load(tmp_path / f"job/dataset/{split}.npy")
        texts = list(mixed_texts(mixture, small_chain(tmp_path), split))
        assert len(rows) == len(texts) > 0
        for row, text in zip(rows, texts, strict=True):
            ids = shards[row["shard"]][row["begin"] : row["begin"] + row["length"]]
            assert tokenizer.decode(ids.tolist()) == text.text
            assert described["groups"][row["group"]]["name"] == text.group
    assert described["groups"] == [
        {"name": "football/news", "weight": 1.0},
        {"name": "football/statistics", "weight": 2.0},
    ]


def test_dataset_shards_are_linked_not_copied(tmp_path: Path) -> None:
    mixture, tokens = prepare(tmp_path, MixConfig(validation_ratio=0.3))
    build_dataset(mixture, tokens, tmp_path / "tokenizer.json", tmp_path / "job")
    linked = tmp_path / f"job/tokens/{SNAPSHOT}/shard-00001.bin"
    assert linked.samefile(tokens[SNAPSHOT][1] / "tokens.bin")


def test_dataset_fingerprint_changes_with_the_split_and_not_with_the_place(tmp_path: Path) -> None:
    prints = []
    for name, ratio in (("a", 0.3), ("b", 0.3), ("c", 0.4)):
        folder = tmp_path / name
        mixture, tokens = prepare(folder, MixConfig(validation_ratio=ratio))
        # The tokenizer is pinned: only the mixture differs.
        build_dataset(mixture, tokens, tmp_path / "a/tokenizer.json", folder / "job")
        prints.append(json.loads((folder / "job/dataset/dataset.json").read_text())["fingerprint"])
    assert prints[0] == prints[1] != prints[2]


def test_dataset_with_a_document_never_encoded_names_it(tmp_path: Path) -> None:
    mixture, tokens = prepare(tmp_path, MixConfig(validation_ratio=0.3))
    with pytest.raises(ValueError, match="in no token shard"):
        build_dataset(
            mixture, {SNAPSHOT: tokens[SNAPSHOT][:1]}, tmp_path / "tokenizer.json", tmp_path / "job"
        )
