"""Generation: greedy equals the full forward's best tokens, draws obey their limits, chats remember."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch

from sportslm_model.chat_format import END, SPECIAL_TOKENS, TURN_END, encode_prompt
from sportslm_model.checkpoint import save_model
from sportslm_model.generation import ChatSession, Sampling, generate, stream_tokens
from sportslm_model.generation.decode import prompt_ids, stream_text
from sportslm_model.generation.sampling import choose
from sportslm_model.presets import preset
from sportslm_model.tokenizer import Tokenizer
from sportslm_model.transformer import Transformer


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer) -> Transformer:
    """A model with random weights, so that what it says depends on all it read."""
    torch.manual_seed(1)
    model = Transformer(preset("tiny", tokenizer.vocab_size, context_length=128))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def folder(model: Transformer, tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's folder."""
    path = tmp_path_factory.mktemp("model") / "model"
    save_model(path, model, tokenizer, {})
    return path


def test_stream_tokens_greedy_equals_the_full_forward_each_time(
    model: Transformer, tokenizer: Tokenizer
) -> None:
    ids = prompt_ids(tokenizer, "Lions met Comets")
    said = list(stream_tokens(model, tokenizer, ids, Sampling(temperature=0, max_tokens=20)))
    for place, token in enumerate(said):
        scores_V = model(torch.tensor([ids + said[:place]]))[0, -1, : tokenizer.num_tokens]
        assert token == int(scores_V.argmax())
    assert len(said) == 20 or said[-1] in (TURN_END, END)


def test_generate_repeats_with_a_seed_and_varies_without(folder: Path) -> None:
    first, again, other = (
        generate(folder, "Lions", seed=seed, temperature=2.0, top_p=1.0) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert "<|" not in first.text


def test_generate_stops_at_its_limits(folder: Path, tokenizer: Tokenizer) -> None:
    short = generate(folder, "Lions", max_tokens=3, temperature=0)
    assert (len(short.ids), short.stop_reason) in [(3, "max_tokens"), (len(short.ids), "stop")]
    prompt = "Lions " * 40
    room = 128 - len(prompt_ids(tokenizer, prompt))
    full = generate(folder, prompt, max_tokens=500, temperature=5.0, top_k=0, top_p=1.0, seed=3)
    assert (full.stop_reason == "context" and len(full.ids) == room + 1) or full.stop_reason == "stop"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"temperature": -1}, "temperature is -1: input should be greater than or equal to 0"),
        ({"top_p": 0}, "top_p is 0"),
        ({"top_p": 1.5}, "top_p is 1.5: input should be less than or equal to 1"),
        ({"top_k": -3}, "top_k is -3"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"temperature": float("nan")}, "temperature is nan"),
    ],
)
def test_generate_with_a_bad_sampling_value_names_it(
    folder: Path, values: dict[str, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        generate(folder, "Lions", **values)  # type: ignore[arg-type]  # that is the point


def test_generate_with_a_prompt_longer_than_the_context_says_both_lengths(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"the prompt has \d+ tokens, the model's context is 128"):
        generate(folder, "Lions met Comets. " * 60)


def test_choose_keeps_to_top_k_and_top_p() -> None:
    logits_V = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    generator = torch.Generator().manual_seed(1)

    def drawn(sampling: Sampling) -> Counter[int]:
        return Counter(choose(logits_V, sampling, generator) for _ in range(2000))

    assert set(drawn(Sampling(temperature=1, top_k=2, top_p=1))) == {0, 1}
    assert set(drawn(Sampling(temperature=1, top_k=0, top_p=0.79))) == {0, 1}
    assert set(drawn(Sampling(temperature=1, top_k=0, top_p=0.81))) == {0, 1, 2}
    assert set(drawn(Sampling(temperature=1, top_k=0, top_p=1e-9))) == {0}
    assert set(drawn(Sampling(temperature=0))) == {0}
    shares = drawn(Sampling(temperature=1, top_k=0, top_p=1))
    assert [shares[token] / 2000 for token in range(4)] == pytest.approx([0.5, 0.3, 0.15, 0.05], abs=0.04)


def test_stream_text_never_splits_a_character(tokenizer: Tokenizer) -> None:
    ids = [i for character in "É–日" for i in tokenizer.encode(character)]
    pieces = list(stream_text([*ids, TURN_END], tokenizer))
    assert "".join(pieces) == "É–日"
    assert all("�" not in piece for piece in pieces)


def test_chat_session_reads_what_a_fresh_prompt_would(model: Transformer, tokenizer: Tokenizer) -> None:
    greedy = Sampling(temperature=0, max_tokens=6)
    session = ChatSession(model, tokenizer, greedy)
    for question in ("Who won?", "And <|end|> then?", "By how much?"):
        answer = "".join(session.reply(question))
        # The same conversation, read from the start without a cache.
        ids = encode_prompt(tokenizer, session.messages[:-1])
        if all(m["content"].isascii() for m in session.messages[1:-1:2]):
            fresh = "".join(stream_text(stream_tokens(model, tokenizer, ids, greedy), tokenizer))
            assert fresh == answer
    assert [m["role"] for m in session.messages] == ["user", "assistant"] * 3


def test_chat_session_full_refuses_and_stays_usable(model: Transformer, tokenizer: Tokenizer) -> None:
    session = ChatSession(model, tokenizer, Sampling(max_tokens=4))
    "".join(session.reply("Who won?"))
    before = list(session.messages)
    with pytest.raises(ValueError, match="context"):
        session.reply("Lions met Comets. " * 60)
    assert session.messages == before
    "".join(session.reply("And then?"))
    assert len(session.messages) == 4
    session.reset()
    assert session.messages == []


def test_special_tokens_are_never_shown(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(list(range(len(SPECIAL_TOKENS)))) == ""
