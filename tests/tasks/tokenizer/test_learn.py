"""Tokenizer training: same bytes every time, nothing learned from held-out text, special ids fixed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sportslm_model.chat_format import SPECIAL_TOKENS
from sportslm_model.tokenizer import Tokenizer
from tasks.mix.chain import SnapshotFiles, mixed_texts
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tasks.tokenizer.config import TokenizerConfig
from tasks.tokenizer.learn import train_tokenizer
from tests.tasks.mix.small_world import document, small_chain, write_snapshot

CONFIG = TokenizerConfig(vocab_size=384)


def mixed(tmp_path: Path, chain: list[SnapshotFiles]) -> Path:
    build_mixture(chain, tmp_path / "mix", MixConfig(validation_ratio=0.3))
    return tmp_path / "mix/mixture.parquet"


def test_tokenizer_trained_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    mixture = mixed(tmp_path, chain)
    train_tokenizer(mixture, chain, tmp_path / "a", CONFIG)
    # Another process has another hash seed: an order taken from a set or a hash map would show.
    code = (
        "import sys; from pathlib import Path; from tasks.tokenizer.learn import train_tokenizer;"
        "from tasks.tokenizer.config import TokenizerConfig; from tasks.mix.chain import SnapshotFiles;"
        "m, o, *u = map(Path, sys.argv[1:]);"
        "train_tokenizer(m, [SnapshotFiles('20260301T0000Z', u)], o, TokenizerConfig(vocab_size=384))"
    )
    paths = [str(path) for path in (mixture, tmp_path / "b", *chain[0].unique)]
    subprocess.run([sys.executable, "-c", code, *paths], check=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "report.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_tokenizer_gives_special_tokens_the_first_ids_and_round_trips_text(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    train_tokenizer(mixed(tmp_path, chain), chain, tmp_path / "out", CONFIG)
    tokenizer = Tokenizer.load(tmp_path / "out")
    assert tokenizer.num_tokens == 384
    text = "Ström’s 3–1 win <|user|> 東京 \x00\n\n  41,235!"
    ids = tokenizer.encode(text)
    assert min(ids) >= len(SPECIAL_TOKENS)
    assert tokenizer.decode(ids) == text


def test_tokenizer_never_learns_from_held_out_text(tmp_path: Path) -> None:
    word = "zyxwvutsrq"
    rows = [
        document("news", f"https://x.test/{n}", f"plain words of page number {n} " * 5) for n in range(200)
    ]
    chain = [write_snapshot(tmp_path, "s", rows)]
    mixture = mixed(tmp_path, chain)
    held_out = {text.id for text in mixed_texts(mixture, chain, "validation")}
    assert len(held_out) > 20
    # The same documents, with a word in every held-out one that any BPE would merge if it saw it.
    for row in rows:
        if row["id"] in held_out:
            row["text"] += word * 20
    chain = [write_snapshot(tmp_path, "s", rows)]
    train_tokenizer(mixture, chain, tmp_path / "out", TokenizerConfig(vocab_size=290))
    assert len(Tokenizer.load(tmp_path / "out").encode(word)) == len(word)


def test_tokenizer_report_measures_bytes_per_token_of_both_splits(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    mixture = mixed(tmp_path, chain)
    train_tokenizer(mixture, chain, tmp_path / "out", CONFIG)
    report = json.loads((tmp_path / "out/report.json").read_text())
    tokenizer = Tokenizer.load(tmp_path / "out")
    texts = [text.text for text in mixed_texts(mixture, chain, "validation")]
    expected = sum(len(text.encode()) for text in texts) / sum(len(tokenizer.encode(text)) for text in texts)
    assert report["bytes_per_token"]["by_split"]["validation"] == pytest.approx(expected, abs=1e-4)
    assert set(report["bytes_per_token"]["by_group"]) == {"football/news", "football/statistics"}
    assert report["pieces_per_name"]["mean"] >= 1


def test_tokenizer_larger_than_the_text_allows_says_what_to_set(tmp_path: Path) -> None:
    chain = small_chain(tmp_path, 10)
    with pytest.raises(ValueError, match=r"tokenizer\.vocab_size="):
        train_tokenizer(mixed(tmp_path, chain), chain, tmp_path / "out", TokenizerConfig(vocab_size=32_000))
