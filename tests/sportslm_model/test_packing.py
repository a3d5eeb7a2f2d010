"""The loader: nothing lost, nothing twice, and an order that only the seed decides."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportslm_model.packing import PackedLoader, epoch_order, packed_sequences
from sportslm_model.shards import DOCUMENT, Dataset, DatasetDescription, Group, load_dataset

END = 0


def dataset_of(lengths: list[int], weights: tuple[float, ...] = (1.0,), fingerprint: str = "d") -> Dataset:
    """Documents whose every token is its own id (from 1 on), dealt to the groups in turn."""
    begins = np.cumsum([0, *lengths])
    rows = [(0, begins[i], n, i % len(weights), n) for i, n in enumerate(lengths)]
    groups = tuple(Group(name=f"g{i}", weight=w) for i, w in enumerate(weights))
    description = DatasetDescription(
        format=1,
        fingerprint=fingerprint,
        dtype="uint32",
        vocab_size=2**31,
        end_id=END,
        shards=("s",),
        groups=groups,
    )
    return Dataset(description, np.array(rows, dtype=DOCUMENT), [np.arange(1, begins[-1] + 1, dtype="<u4")])


def stream_of(loader: PackedLoader, num_tokens: int) -> list[int]:
    """The first tokens of what a loader's inputs show, in order."""
    tokens: list[int] = []
    while len(tokens) < num_tokens:
        tokens += loader.next_batch()[:, :-1].flatten().tolist()
    return tokens[:num_tokens]


@given(
    lengths=st.lists(st.integers(0, 40), min_size=1, max_size=12).filter(any),
    context=st.integers(1, 17),
    batch=st.integers(1, 3),
    seed=st.integers(0, 5),
)
def test_loader_over_two_epochs_shows_every_token_of_every_document_once_each(
    lengths: list[int], context: int, batch: int, seed: int
) -> None:
    epoch = sum(lengths) + len(lengths)
    tokens = stream_of(PackedLoader(dataset_of(lengths), context, batch, seed), 2 * epoch)
    for shown in (tokens[:epoch], tokens[epoch:]):
        counts = Counter(shown)
        assert counts.pop(END) == len(lengths)
        assert counts == Counter(range(1, sum(lengths) + 1))
        documents = [
            tuple(range(b + 1, b + n + 1)) for b, n in zip(np.cumsum([0, *lengths]), lengths, strict=False)
        ]
        assert sorted(tuple(d) for d in split_at_end(shown)) == sorted(documents)


def split_at_end(tokens: list[int]) -> list[list[int]]:
    documents: list[list[int]] = [[]]
    for token in tokens:
        if token == END:
            documents.append([])
        else:
            documents[-1].append(token)
    return documents[:-1]


def test_loader_targets_are_the_inputs_one_token_on_across_sequences() -> None:
    loader = PackedLoader(dataset_of([5, 9, 3, 30]), 8, 2, seed=1)
    first, second = loader.next_batch(), loader.next_batch()
    rows = np.concatenate([first, second])
    assert rows.shape == (4, 9)
    assert (rows[1:, 0] == rows[:-1, -1]).all()


def test_loader_order_depends_on_the_seed_and_not_on_batch_or_context() -> None:
    data = dataset_of([3, 8, 5, 2, 9, 4, 7])
    narrow = stream_of(PackedLoader(data, 4, 1, seed=1), 90)
    wide = stream_of(PackedLoader(data, 16, 3, seed=1), 90)
    other = stream_of(PackedLoader(data, 4, 1, seed=2), 90)
    assert narrow == wide
    assert narrow != other


def test_loader_resumed_anywhere_gives_the_same_batches() -> None:
    data = dataset_of([3, 8, 5, 2, 9, 4, 7])
    whole = PackedLoader(data, 6, 2, seed=3)
    for _ in range(25):
        resumed = PackedLoader(data, 6, 2, seed=3)
        resumed.restore(json.loads(json.dumps(whole.state())))
        expected = whole.next_batch()
        assert (resumed.next_batch() == expected).all()


@pytest.mark.parametrize(
    ("fingerprint", "seed", "named"), [("other", 1, "fingerprint 'd'"), ("d", 2, "seed 1")]
)
def test_loader_refuses_the_state_of_another_dataset_or_seed(fingerprint: str, seed: int, named: str) -> None:
    state = PackedLoader(dataset_of([5, 5]), 4, 1, seed=1).state()
    with pytest.raises(ValueError, match=named):
        PackedLoader(dataset_of([5, 5], fingerprint=fingerprint), 4, 1, seed=seed).restore(state)


def test_epoch_order_weights_repeat_skip_and_sample_groups() -> None:
    times = Counter(epoch_order(np.array([2.0, 0.0, 0.5] * 1000), seed=1, epoch=0).tolist())
    group = [Counter({document: n for document, n in times.items() if document % 3 == g}) for g in range(3)]
    assert set(group[0].values()) == {2}
    assert not group[1]
    assert set(group[2].values()) == {1}
    assert 430 < group[2].total() < 570


def test_loader_without_documents_says_so() -> None:
    with pytest.raises(ValueError, match="no training documents"):
        PackedLoader(dataset_of([5], weights=(0.0,)), 4, 1, seed=1)


def test_packed_sequences_predict_every_token_but_the_rest_once() -> None:
    sequences = packed_sequences(dataset_of([5, 9, 3]), context_length=6)
    targets = sequences[:, 1:].flatten().tolist()
    assert targets == [1, 2, 3, 4, 5, END, *range(6, 15), END, 15, 16]
    assert packed_sequences(dataset_of([5, 9, 3]), 6, num_sequences=1).shape == (1, 7)
    assert packed_sequences(dataset_of([2]), context_length=6).tolist() == [[END, 1, 2, END]]


def test_load_dataset_with_a_shard_cut_short_names_it(dataset_root: Path, tmp_path: Path) -> None:
    for name in ("shard-00000.bin", "shard-00001.bin"):
        data = (dataset_root / "tokens" / "20261101T0000Z" / name).read_bytes()
        (tmp_path / "20261101T0000Z").mkdir(exist_ok=True)
        (tmp_path / "20261101T0000Z" / name).write_bytes(data[: len(data) // 4 * 2])
    with pytest.raises(ValueError, match=r"lies outside shard 20261101T0000Z/shard-0000"):
        load_dataset(dataset_root / "dataset", tmp_path, "train")
    with pytest.raises(ValueError, match=r"shard-00000.bin is not in the tokens channel"):
        load_dataset(dataset_root / "dataset", tmp_path / "nowhere", "train")
