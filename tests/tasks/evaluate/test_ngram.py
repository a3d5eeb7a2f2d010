"""The n-gram reference: a proper distribution, exact on cases worked by hand, learning what repeats."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.evaluate.ngram import NgramModel, ngram_bits_per_byte


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.binary(max_size=8), st.integers(0, 5))
def test_ngram_probabilities_of_all_next_bytes_sum_to_one(
    texts: list[str], context: bytes, order: int
) -> None:
    model = NgramModel([*texts, "abracadabra"], order)
    total = math.fsum(model.probabilities(context + bytes([byte]))[-1] for byte in range(256))
    assert total == pytest.approx(1.0, abs=1e-9)


def test_ngram_of_order_zero_is_witten_bell_by_hand() -> None:
    # "aab": 3 bytes, 2 distinct; the rest goes to a uniform byte.
    model = NgramModel(["aab"], order=0)
    a, b, c = (model.probabilities(byte)[0] for byte in (b"a", b"b", b"c"))
    assert a == pytest.approx((2 + 2 / 256) / 5)
    assert b == pytest.approx((1 + 2 / 256) / 5)
    assert c == pytest.approx((0 + 2 / 256) / 5)


def test_ngram_of_order_one_backs_off_by_hand() -> None:
    model = NgramModel(["aab"], order=1)
    b_alone = (1 + 2 / 256) / 5
    # After "a": "a" and "b" once each.
    assert model.probabilities(b"ab")[1] == pytest.approx((1 + 2 * b_alone) / 4)
    # After "b" nothing was seen: the shorter context's estimate stands.
    assert model.probabilities(b"bb")[1] == pytest.approx(b_alone)


def test_ngram_bits_per_byte_of_random_bytes_is_about_eight() -> None:
    random_ = random.Random(0)
    texts = ["".join(chr(random_.randrange(128)) for _ in range(20_000)) for _ in range(2)]
    scored = ngram_bits_per_byte(texts[:1], [("noise", texts[1])])
    assert 6.9 < scored["overall"] < 8.5


def test_ngram_bits_per_byte_of_repeated_text_is_near_zero_and_counts_groups_apart() -> None:
    text = "The referee was Cora Lind. " * 200
    scored = ngram_bits_per_byte([text], [("known", text), ("other", "qzxj kvwq")])
    assert scored["known"] < 0.05 < 5 < scored["other"]
    assert scored["known"] < scored["overall"] < scored["other"]


def test_ngram_higher_order_is_better_on_text_that_needs_it() -> None:
    random_ = random.Random(1)
    words = ["".join(random_.choice("ab") for _ in range(9)) for _ in range(12)]
    make = lambda n: " ".join(random_.choice(words) for _ in range(n))  # noqa: E731
    train, held_out = make(4_000), make(300)
    bits = [NgramModel([train], order).bits(held_out) for order in (0, 1, 3, 5)]
    assert bits == sorted(bits, reverse=True)
    assert np.isfinite(bits).all()


def test_ngram_without_training_text_says_so() -> None:
    with pytest.raises(ValueError, match="no training text"):
        NgramModel(["", ""])
