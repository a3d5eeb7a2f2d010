"""Signatures against datasketch, numpy against the compiled kernel, shingles against ``re``."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.dedup.minhash import permutations, signatures
from tasks.dedup.shingles import shingle_hashes

TEXTS = [
    "", "!!", "one", "One two_3 four", "a b c d e", "A  b,c d\ne f",
    "İstanbul ΣΑΣ Ünï çode ＷＯＲＤ 日本語 😀 e\u0301x 3½ a\u00adb 𝔘nicode one more", "word " * 300,
    "It finished 100-99 at Vauxhall Hall, where the Masons were too good for the Rovers. " * 9,
]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), min_size=1, max_size=5),
    st.integers(1, 6),
)
def test_shingle_hashes_equal_exactly_where_re_shingles_are(texts: list[str], size: int) -> None:
    hashes, offsets = shingle_hashes(texts, size)
    known: dict[tuple[str, ...], int] = {}
    for number, text in enumerate(texts):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        words = re.findall(r"\w+", lowered)
        runs = [tuple(words[i : i + size]) for i in range(max(1, len(words) - size + 1))] if words else []
        own = hashes[offsets[number] : offsets[number + 1]].tolist()
        assert len(own) == len(runs)
        assert all(known.setdefault(run, value) == value for run, value in zip(runs, own, strict=True))
    assert len(set(known.values())) == len(known)


def test_signatures_are_datasketch_bit_for_bit() -> None:
    chosen = permutations(128, seed=5)
    found = signatures(TEXTS, 5, chosen)
    hashes, offsets = shingle_hashes(TEXTS, 5)
    for row in range(len(TEXTS)):
        oracle = MinHash(128, seed=5, hashfunc=int)
        oracle.update_batch([int(value) >> 32 for value in hashes[offsets[row] : offsets[row + 1]]])
        assert np.array_equal(oracle.hashvalues, found[row])


@pytest.mark.slow
@pytest.mark.parametrize("num_permutations", [126, 128])
def test_compiled_signatures_are_numpys_bit_for_bit(num_permutations: int) -> None:
    kernel = pytest.importorskip("tasks.dedup.kernel")
    chosen = permutations(num_permutations, seed=1)
    column = pa.chunked_array([TEXTS[:3], TEXTS[3:]])
    assert np.array_equal(kernel.compiled_signatures(column, 5, chosen), signatures(TEXTS, 5, chosen))
