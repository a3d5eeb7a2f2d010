"""Passages and blanks: nothing is lost or invented, limits hold, blanks are filled from their passage."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tasks.conversations.reading import blanks_of, candidates_of, passages_of

TEXT = (
    "The Owls beat the Foxes 3-1 at Holm Park on Saturday. A crowd of 41,235 came to watch.\n"
    "Cora Lind led the scoring with 2 goals. The referee was Dan Obi, in charge for the first time."
)


@given(st.text(st.characters(codec="utf-8"), max_size=400), st.integers(64, 200))
def test_passages_are_in_order_within_the_limit_and_out_of_the_text(text: str, max_bytes: int) -> None:
    position = 0
    for passage in passages_of(text, max_bytes, 100):
        assert passage
        assert len(passage.encode()) <= max_bytes
        position = text.index(passage, position) + len(passage)


def test_passages_of_a_text_hold_all_its_words() -> None:
    text = " ".join(f"Sentence number {n} says a little." for n in range(60))
    passages = passages_of(text, 300, 100)
    assert " ".join(passages).split() == text.split()
    assert all(passage.endswith(".") for passage in passages)


def test_passages_stop_at_the_limit_asked_for() -> None:
    assert len(passages_of(TEXT * 9, 120, 3)) == 3


def test_blanks_are_filled_by_their_answers() -> None:
    for seed in range(20):
        for blank in blanks_of(TEXT, random.Random(seed), 10):
            sentence = blank.question.removeprefix("Fill in the blank: ")
            assert sentence.replace("____", blank.answer) in TEXT
            assert blank.answer[0].isdigit() == blank.is_number


def test_candidates_are_whole_names_and_numbers() -> None:
    assert candidates_of(TEXT, is_number=True) == ["3-1", "41,235", "2"]
    assert candidates_of(TEXT, is_number=False) == ["Foxes", "Holm Park", "Saturday", "Dan Obi"]
