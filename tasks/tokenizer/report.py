"""How well a tokenizer fits: bytes per token by group and split, and how many pieces a name costs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any

from tokenizers import Tokenizer

from tasks.conversations.reading import candidates_of
from tasks.mix.chain import MixedText

MAX_DOCUMENTS = 20_000
NUM_NAMES = 1_000
BATCH = 512


def tokenizer_report(tokenizer: Tokenizer, texts: Iterable[MixedText]) -> dict[str, Any]:
    """Return the vocabulary's size, bytes per token overall, by split and by group, and pieces per name.

    At most the first 20,000 documents are measured: the ratios settle long before.
    """
    num_bytes: Counter[tuple[str, str]] = Counter()
    num_tokens: Counter[tuple[str, str]] = Counter()
    names: Counter[str] = Counter()
    rows = islice(texts, MAX_DOCUMENTS)
    while batch := list(islice(rows, BATCH)):
        encoded = tokenizer.encode_batch_fast([row.text for row in batch], add_special_tokens=False)
        for row, encoding in zip(batch, encoded, strict=True):
            key = (row.split, row.group)
            num_bytes[key] += len(row.text.encode())
            num_tokens[key] += len(encoding.ids)
            names.update(candidates_of(row.text, is_number=False))
    return {
        "format": 1,
        "vocab_size": tokenizer.get_vocab_size(),
        "bytes_per_token": {
            "overall": _ratio(num_bytes.total(), num_tokens.total()),
            "by_split": _by(0, num_bytes, num_tokens),
            "by_group": _by(1, num_bytes, num_tokens),
        },
        "pieces_per_name": _pieces_per_name(tokenizer, names),
    }


def _by(
    part: int, num_bytes: Counter[tuple[str, str]], num_tokens: Counter[tuple[str, str]]
) -> dict[str, float | None]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key in num_bytes:
        sums[key[part]][0] += num_bytes[key]
        sums[key[part]][1] += num_tokens[key]
    return {name: _ratio(*sums[name]) for name in sorted(sums)}


def _pieces_per_name(tokenizer: Tokenizer, names: Counter[str]) -> dict[str, Any]:
    frequent = sorted(names.items(), key=lambda item: (-item[1], item[0]))[:NUM_NAMES]
    pieces = [
        len(encoding.ids)
        for encoding in tokenizer.encode_batch_fast(
            [f" {name}" for name, _ in frequent], add_special_tokens=False
        )
    ]
    return {
        "num_names": len(frequent),
        "mean": _ratio(sum(pieces), len(pieces)),
        "single_token_ratio": _ratio(sum(count == 1 for count in pieces), len(pieces)),
    }


def _ratio(numerator: int, denominator: int) -> float | None:
    return round(numerator / denominator, 4) if denominator else None
