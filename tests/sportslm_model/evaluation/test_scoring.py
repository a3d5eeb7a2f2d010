"""Scoring against models whose scores are known: one that knows nothing, one that knows the answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tokenizers
import torch
from tokenizers import decoders, models, pre_tokenizers
from torch import Tensor

from sportslm_model.chat_format import ASSISTANT, END, SPECIAL_TOKENS, TURN_END, encode_prompt
from sportslm_model.config import ModelConfig
from sportslm_model.evaluation.bits import bits_per_byte, score_documents, windows_of
from sportslm_model.evaluation.choice import ChoiceItem, choice_rows, score_choices
from sportslm_model.evaluation.cloze import ClozeItem, cloze_rows
from sportslm_model.evaluation.prefix import MAX_ROWS, Continuation, continuation_losses
from sportslm_model.shards import DOCUMENT, Dataset, DatasetDescription, Group
from sportslm_model.tokenizer import TOKENIZER_FILE, Tokenizer, byte_alphabet
from sportslm_model.transformer import KVCache, Transformer

FIRST_BYTE = len(SPECIAL_TOKENS)
CONTEXT = 64


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Return a tokenizer whose tokens are the 256 bytes."""
    alphabet = byte_alphabet()
    vocabulary = {token: number for number, token in enumerate(SPECIAL_TOKENS)}
    vocabulary |= {alphabet[byte]: FIRST_BYTE + byte for byte in range(256)}
    made = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    made.add_special_tokens(list(SPECIAL_TOKENS))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    return Tokenizer({TOKENIZER_FILE: made.to_str().encode()})


def random_model(context_length: int = CONTEXT) -> Transformer:
    """Return a small model with weights that make every score different."""
    config = ModelConfig(
        vocab_size=384, num_layers=2, d_model=32, num_heads=2, num_kv_heads=2, head_dim=16, d_ff=64,
        context_length=context_length,
    )  # fmt: skip
    model = Transformer(config)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.3, generator=generator)
    return model.eval().requires_grad_(False)


class Uniform(Transformer):
    """Gives every byte the same chance, and special tokens none."""

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        scores = torch.full((*hidden_BTC.shape[:-1], self.config.vocab_size), -math.inf)
        scores[..., FIRST_BYTE : FIRST_BYTE + 256] = 0.0
        scores[..., TURN_END] = 0.0
        return scores


class Oracle(Transformer):
    """Continues every prompt it knows with its answer; keeps what it has read in the cache's keys."""

    def know(self, prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]) -> Oracle:
        self.known = [
            ([*prompt], [*answer, TURN_END]) for prompt, answer in zip(prompts, answers, strict=True)
        ]
        return self

    def hidden(self, ids_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        start = cache.length if cache else 0
        if cache:
            end = start + ids_BT.shape[1]
            cache.keys_LBKSD[0, :, 0, start:end, 0] = ids_BT.float()
            cache.length = end
            ids_BT = cache.keys_LBKSD[0, :, 0, :end, 0].long()
        next_BT = [
            [self._next(row[: place + 1]) for place in range(start, len(row))] for row in ids_BT.tolist()
        ]
        return torch.tensor(next_BT).unsqueeze(-1).float()

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        return 10.0 * torch.nn.functional.one_hot(hidden_BTC[..., 0].long(), self.config.vocab_size).float()

    def _next(self, read: list[int]) -> int:
        for prompt, answer in self.known:
            said = read[len(prompt) :]
            if read[: len(prompt)] == prompt and said == answer[: len(said)] and len(said) < len(answer):
                return answer[len(said)]
        return END


def choice_items(count: int = 40) -> list[ChoiceItem]:
    generator = np.random.default_rng(0)
    return [
        ChoiceItem(
            id=f"i{n}",
            suite="open_book",
            event=f"g{n // 4}",
            kind="number",
            context=f"page {n // 4}",
            question=f"q{n}?",
            options=tuple(str(o) for o in generator.choice(900, 4, replace=False) + 100),
            answer=int(generator.integers(4)),
        )
        for n in range(count)
    ]


def dataset_of(texts: list[str], tokenizer: Tokenizer) -> Dataset:
    ids = [tokenizer.encode(text) for text in texts]
    begins = np.cumsum([0, *map(len, ids)])
    table = np.array(
        [(0, begins[n], len(row), n % 2, len(texts[n].encode())) for n, row in enumerate(ids)], dtype=DOCUMENT
    )
    groups = (Group(name="golf/news", weight=1.0), Group(name="tennis/news", weight=1.0))
    description = DatasetDescription(
        format=1, fingerprint="f", dtype="uint16", vocab_size=262, end_id=END, shards=("s",), groups=groups
    )
    return Dataset(description, table, [np.concatenate([*ids, []]).astype(np.uint16)])


TEXTS = ["x", "Größe 41,235", "a b c " * 40, "the end " * 9, "y" * CONTEXT, "z" * (CONTEXT + 1)]


def test_bits_per_byte_of_a_uniform_model_is_eight_on_texts_of_any_length(tokenizer: Tokenizer) -> None:
    model = Uniform(random_model().config).eval()
    # The turn end takes one share of 257.
    expected = math.log2(257)
    totals = score_documents(model, dataset_of(TEXTS, tokenizer), tokenizer.num_bytes_V, batch_sequences=3)
    assert list(totals) == ["golf/news", "tennis/news"]
    for group in totals.values():
        assert bits_per_byte(group.nats, group.num_bytes) == pytest.approx(expected, rel=1e-6)
    assert sum(group.num_bytes for group in totals.values()) == sum(len(text.encode()) for text in TEXTS)


def test_bits_per_byte_of_documents_that_fit_equals_scoring_them_one_by_one(tokenizer: Tokenizer) -> None:
    model, texts = random_model(), TEXTS[:2]
    expected = 0.0
    for text in texts:
        ids = torch.tensor([[END, *tokenizer.encode(text)]])
        losses = torch.nn.functional.cross_entropy(model(ids[:, :-1])[0], ids[0, 1:], reduction="sum")
        expected += float(losses)
    for batch in (1, 8):
        totals = score_documents(model, dataset_of(texts, tokenizer), tokenizer.num_bytes_V, batch)
        assert sum(group.nats for group in totals.values()) == pytest.approx(expected, rel=1e-5)


def test_windows_score_every_token_once_with_half_a_context_before_it(tokenizer: Tokenizer) -> None:
    dataset = dataset_of(["".join(chr(97 + n % 26) for n in range(300))], tokenizer)
    scored: list[int] = []
    for number, window in enumerate(windows_of(dataset, 0, CONTEXT)):
        assert len(window.ids) <= CONTEXT + 1
        assert number == 0 or window.first_scored > CONTEXT // 2
        scored += window.ids[window.first_scored :].tolist()
    assert scored == dataset.tokens(0).tolist()


def test_bits_per_byte_of_no_text_says_to_hold_some_out() -> None:
    with pytest.raises(ValueError, match="validation_ratio"):
        bits_per_byte(0.0, 0)


def test_continuation_losses_with_a_shared_beginning_equal_one_pass_each(tokenizer: Tokenizer) -> None:
    model = random_model()
    page = tokenizer.encode("the same page for everyone")
    rows = [
        Continuation((*page, *tokenizer.encode(f"q{n % 7}")), tuple(tokenizer.encode("answer"[: 1 + n % 6])))
        for n in range(MAX_ROWS + 5)
    ]
    for row, found in zip(rows, continuation_losses(model, rows), strict=True):
        ids = torch.tensor([[*row.prompt, *row.ids]])
        scored = torch.nn.functional.cross_entropy(model(ids[:, :-1])[0], ids[0, 1:], reduction="none")
        assert found == pytest.approx(float(scored[-len(row.ids) :].sum()), rel=1e-4)


def test_continuation_losses_of_a_prompt_longer_than_the_context_use_its_end(tokenizer: Tokenizer) -> None:
    model = random_model()
    prompt, answer = tokenizer.encode("0123456789" * 12), tuple(tokenizer.encode("yes"))
    long, cut = Continuation(tuple(prompt), answer), Continuation(tuple(prompt[-(CONTEXT + 1 - 3) :]), answer)
    assert continuation_losses(model, [long]) == pytest.approx(continuation_losses(model, [cut]))


def test_choice_of_a_uniform_model_is_chance(tokenizer: Tokenizer) -> None:
    items = choice_items(400)
    rows = choice_rows(items, score_choices(Uniform(random_model().config).eval(), tokenizer, items, "full"))
    assert all(len(set(row["scores"])) == 1 for row in rows)
    accuracy = sum(row["predicted"] == row["answer"] for row in rows) / len(rows)
    assert abs(accuracy - 0.25) < 0.07


def test_choice_and_cloze_of_an_oracle_are_all_right_and_blind_views_are_not(tokenizer: Tokenizer) -> None:
    items = choice_items()
    prompts = [
        encode_prompt(
            tokenizer, [{"role": "user", "content": f"{item.context}\n\nQuestion: {item.question}"}]
        )
        for item in items
    ]
    assert all(prompt[-1] == ASSISTANT for prompt in prompts)
    answers = [tokenizer.encode(item.options[item.answer]) for item in items]
    oracle = Oracle(random_model().config).know(prompts, answers).eval()
    right = {}
    for view in ("full", "question_blind", "context_blind", "options_only"):
        rows = choice_rows(items, score_choices(oracle, tokenizer, items, view))
        right[view] = sum(row["predicted"] == row["answer"] for row in rows) / len(rows)
    assert right["full"] == 1.0
    assert max(right["question_blind"], right["context_blind"], right["options_only"]) < 0.6
    cloze = [
        ClozeItem(
            item.id,
            item.suite,
            item.event,
            f"{item.context}\n\nQuestion: {item.question}",
            item.options[item.answer],
        )
        for item in items[:10]
    ]
    rows = cloze_rows(oracle, tokenizer, cloze, 8)
    assert all(row["correct"] for row in rows)
    wrong = [ClozeItem(c.id, c.suite, c.event, c.prompt + "!", c.answer) for c in cloze]
    assert not any(row["correct"] for row in cloze_rows(oracle, tokenizer, wrong, 8))


def test_choice_items_with_a_broken_line_name_it(tmp_path: Path) -> None:
    from sportslm_model.evaluation.choice import read_choice_items

    path = tmp_path / "choice.jsonl"
    path.write_text('{"id": "a"}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_choice_items(path)
