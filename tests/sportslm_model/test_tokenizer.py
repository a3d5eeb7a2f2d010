"""The tokenizer and the chat format: text is text, bytes add up, loss falls on answers only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportslm_model.chat_format import (
    ASSISTANT,
    END,
    SPECIAL_TOKENS,
    SYSTEM,
    TURN_END,
    USER,
    Message,
    encode_conversation,
    encode_prompt,
    question_prompt,
)
from sportslm_model.tokenizer import Tokenizer


@given(text=st.text(max_size=60) | st.lists(st.sampled_from(SPECIAL_TOKENS), max_size=3).map(" ".join))
def test_encode_of_any_text_round_trips_counts_bytes_and_gives_no_special_id(
    tokenizer: Tokenizer, text: str
) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert int(tokenizer.num_bytes_V[ids].sum()) == len(text.encode("utf-8"))
    assert all(i >= len(SPECIAL_TOKENS) for i in ids)
    assert tokenizer.encode_batch([text]) == [ids]


def test_num_bytes_of_special_and_padding_ids_is_zero(tokenizer: Tokenizer) -> None:
    assert tokenizer.vocab_size % 128 == 0
    assert len(tokenizer.num_bytes_V) == tokenizer.vocab_size
    assert not tokenizer.num_bytes_V[: len(SPECIAL_TOKENS)].any()
    assert not tokenizer.num_bytes_V[tokenizer.num_tokens :].any()
    assert tokenizer.num_bytes_V[len(SPECIAL_TOKENS) : tokenizer.num_tokens].all()


def test_encode_conversation_learns_answers_and_their_turn_end_only(tokenizer: Tokenizer) -> None:
    messages: list[Message] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who won?"},
        {"role": "assistant", "content": "Lions", "loss": True},
        {"role": "user", "content": "And then?"},
        {"role": "assistant", "content": "Nothing", "loss": False},
    ]
    ids, mask = encode_conversation(tokenizer, messages)
    turns = [
        [role, *tokenizer.encode(m["content"]), TURN_END]
        for role, m in zip((SYSTEM, USER, ASSISTANT, USER, ASSISTANT), messages, strict=True)
    ]
    assert ids == [i for turn in turns for i in turn] + [END]
    learned = [i for i, is_learned in zip(ids, mask, strict=True) if is_learned]
    assert learned == [*tokenizer.encode("Lions"), TURN_END]


def test_encode_prompt_is_how_the_conversation_begins(tokenizer: Tokenizer) -> None:
    question: Message = {"role": "user", "content": question_prompt("Who won?", "Lions beat Comets.")}
    prompt = encode_prompt(tokenizer, [question])
    ids, mask = encode_conversation(tokenizer, [question, {"role": "assistant", "content": "Lions"}])
    assert ids[: len(prompt)] == prompt
    assert not any(mask[: len(prompt)])
    assert mask[len(prompt)]


def test_encode_prompt_with_unknown_role_is_refused(tokenizer: Tokenizer) -> None:
    with pytest.raises(ValueError, match=r"'coach'.*system, user, assistant"):
        encode_prompt(tokenizer, [{"role": "coach", "content": "Run!"}])


def test_load_of_a_foreign_or_missing_tokenizer_is_refused(tokenizer_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has no tokenizer.json"):
        Tokenizer.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(ValueError, match=r"is not a tokenizer"):
        Tokenizer.load(tmp_path)
    text = (tokenizer_folder / "tokenizer.json").read_text("utf-8")
    (tmp_path / "tokenizer.json").write_text(
        text.replace(json.dumps("<|pad|>"), json.dumps("<pad>")), "utf-8"
    )
    with pytest.raises(ValueError, match=r"first tokens .*<pad>"):
        Tokenizer.load(tmp_path)
