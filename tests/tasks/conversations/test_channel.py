"""The conversations channel: each split in its file, as the training job reads it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sportslm_model.chat_format import encode_conversation
from tasks.conversations.build import build_conversations
from tasks.conversations.channel import build_conversations_channel, build_preferences_channel
from tasks.conversations.config import ConversationsConfig
from tasks.mix.config import MixConfig
from tasks.mix.mixture import build_mixture
from tasks.schema import CONVERSATIONS, read_parquet, table_of, write_parquet
from tests.tasks.mix.small_world import small_chain


def test_channel_lines_are_the_tables_rows_split_by_split(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    build_mixture(chain, tmp_path, MixConfig(validation_ratio=0.3))
    build_conversations(tmp_path / "mixture.parquet", chain, tmp_path, ConversationsConfig())
    build_conversations_channel(tmp_path / "conversations.parquet", tmp_path / "channel")
    build_preferences_channel(tmp_path / "preferences.parquet", tmp_path / "channel")
    rows = read_parquet(tmp_path / "conversations.parquet", CONVERSATIONS).to_pylist()
    for split in ("train", "validation"):
        lines = (tmp_path / f"channel/{split}.jsonl").read_text(encoding="utf-8").splitlines()
        expected = [{"id": row["id"], "messages": row["messages"]} for row in rows if row["split"] == split]
        assert [json.loads(line) for line in lines] == expected
    pair = json.loads((tmp_path / "channel/preferences.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert set(pair) == {"id", "prompt", "chosen", "rejected"}


def test_channel_without_training_conversations_says_so(tmp_path: Path) -> None:
    write_parquet(table_of([], CONVERSATIONS), tmp_path / "conversations.parquet")
    with pytest.raises(ValueError, match="nothing in the training split"):
        build_conversations_channel(tmp_path / "conversations.parquet", tmp_path / "channel")


def test_channel_passages_are_learned_where_the_config_says_so(tmp_path: Path) -> None:
    chain = small_chain(tmp_path)
    build_mixture(chain, tmp_path, MixConfig(validation_ratio=0.3))
    for learn in (True, False):
        config = ConversationsConfig(learn_passages=learn)
        build_conversations(tmp_path / "mixture.parquet", chain, tmp_path / str(learn), config)
        build_conversations_channel(tmp_path / str(learn) / "conversations.parquet", tmp_path / str(learn))
        line = (tmp_path / str(learn) / "train.jsonl").read_text(encoding="utf-8").splitlines()[0]
        encoder = ByteEncoder()
        ids, learned = encode_conversation(encoder, json.loads(line)["messages"])
        # All but the roles' tokens and the end, or the answers alone.
        share = sum(learned) / len(ids)
        assert (share > 0.9) if learn else (share < 0.4)


class ByteEncoder:
    """Stands in for a tokenizer: one id a byte."""

    def encode(self, text: str) -> list[int]:
        return [byte + 100 for byte in text.encode()]
