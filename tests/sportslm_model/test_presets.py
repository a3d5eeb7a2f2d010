"""Every preset's exact size, counted by arithmetic and by building it."""

from __future__ import annotations

import pytest
import torch

from sportslm_model.presets import PRESETS, flops_per_token, num_parameters, padded_vocab_size, preset
from sportslm_model.transformer import Transformer

# DESIGN.md's table; the wide ones are the published dimensions ("435M and 955M").
EXPECTED = [
    ("small", 16_000, 97_241_856),
    ("small", 32_000, 109_529_856),
    ("medium", 32_000, 350_536_704),
    ("medium-wide", 32_000, 435_471_360),
    ("large", 32_000, 757_016_064),
    ("large-wide", 32_000, 955_196_928),
]


@pytest.mark.parametrize(("name", "vocab_size", "expected"), EXPECTED)
def test_num_parameters_of_published_presets_is_exact(name: str, vocab_size: int, expected: int) -> None:
    assert num_parameters(preset(name, vocab_size)) == expected


@pytest.mark.parametrize("name", PRESETS)
def test_num_parameters_equals_the_built_model(name: str) -> None:
    with torch.device("meta"):
        model = Transformer(PRESETS[name])
    assert sum(parameter.numel() for parameter in model.parameters()) == num_parameters(PRESETS[name])


def test_num_parameters_with_grouped_queries_equals_the_built_model() -> None:
    config = PRESETS["demo"].model_copy(update={"num_kv_heads": 1})
    with torch.device("meta"):
        model = Transformer(config)
    assert sum(parameter.numel() for parameter in model.parameters()) == num_parameters(config)
    assert num_parameters(config) < num_parameters(PRESETS["demo"])


def test_flops_per_token_equals_the_products_counted_by_hand() -> None:
    config = preset("tiny", vocab_size=1024, context_length=128)
    # Forward: 2 FLOPs a weight, 4 D a position seen and head; backward: twice that.
    layer = 2 * (4 * 64 * 64 + 3 * 64 * 192) + 4 * 64 * 128
    assert flops_per_token(config) == 3 * (2 * layer + 2 * 64 * 1024)


def test_preset_with_unknown_name_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'huge'.*demo.*large-wide"):
        preset("huge")


@pytest.mark.parametrize(
    ("tokens", "rows"), [(1, 128), (128, 128), (129, 256), (16_000, 16_000), (32_000, 32_000)]
)
def test_padded_vocab_size_rounds_up_to_128(tokens: int, rows: int) -> None:
    assert padded_vocab_size(tokens) == rows
