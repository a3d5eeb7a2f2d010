"""The transformer against what must hold of any, and against a plain one written out."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sportslm_model.config import ModelConfig
from sportslm_model.transformer import Transformer

SHAPE = ModelConfig(
    vocab_size=128,
    num_layers=2,
    d_model=32,
    num_heads=4,
    num_kv_heads=4,
    head_dim=8,
    d_ff=48,
    context_length=64,
)
GROUPED = SHAPE.model_copy(update={"num_kv_heads": 2})


def random_model(config: ModelConfig, seed: int = 1) -> Transformer:
    """A model none of whose weights is zero or one."""
    torch.manual_seed(seed)
    model = Transformer(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval().requires_grad_(False)


def plain_logits(model: Transformer, ids: list[int]) -> Tensor:
    """LLaMA's equations, one position and one head at a time, in fp64."""
    config = model.config
    weights = {name: tensor.double() for name, tensor in model.state_dict().items()}
    heads, kv_heads, width = config.num_heads, config.num_kv_heads, config.head_dim

    def norm(x: Tensor, name: str) -> Tensor:
        normed: Tensor = x / (x.pow(2).mean() + config.norm_eps).sqrt() * weights[name]
        return normed

    def turn(x: Tensor, position: int) -> Tensor:
        turned = x.clone()
        for i in range(width // 2):
            angle = position * config.rope_theta ** (-2 * i / width)
            a, b = x[i], x[i + width // 2]
            turned[i] = a * math.cos(angle) - b * math.sin(angle)
            turned[i + width // 2] = b * math.cos(angle) + a * math.sin(angle)
        return turned

    stream = [weights["embedding.weight"][token] for token in ids]
    for layer in range(config.num_layers):
        at = f"blocks.{layer}."
        qkv = [weights[at + "attention.qkv.weight"] @ norm(x, at + "attention_norm.weight") for x in stream]
        parts = [list(v.split(width)) for v in qkv]
        after = []
        for position, x in enumerate(stream):
            outputs = []
            for head in range(heads):
                shared = heads + head * kv_heads // heads
                query = turn(parts[position][head], position)
                keys = [turn(parts[p][shared], p) for p in range(position + 1)]
                shares = torch.stack([query @ key / math.sqrt(width) for key in keys]).softmax(0)
                values = [parts[p][shared + kv_heads] for p in range(position + 1)]
                outputs.append(
                    sum((s * v for s, v in zip(shares, values, strict=True)), torch.zeros(width).double())
                )
            after.append(x + weights[at + "attention.out.weight"] @ torch.cat(outputs))
        stream = []
        for x in after:
            gate, up = (
                weights[at + "feed_forward.gate_up.weight"] @ norm(x, at + "feed_forward_norm.weight")
            ).chunk(2)
            stream.append(x + weights[at + "feed_forward.down.weight"] @ (gate * torch.sigmoid(gate) * up))
    return torch.stack([weights["embedding.weight"] @ norm(x, "norm.weight") for x in stream])


@pytest.mark.parametrize("config", [SHAPE, GROUPED], ids=["all heads", "grouped"])
def test_forward_equals_the_equations_written_out(config: ModelConfig) -> None:
    model = random_model(config)
    ids = torch.randint(0, 128, (9,)).tolist()
    torch.testing.assert_close(
        model(torch.tensor([ids]))[0].double(), plain_logits(model, ids), atol=2e-4, rtol=1e-4
    )


@pytest.mark.parametrize("config", [SHAPE, GROUPED], ids=["all heads", "grouped"])
def test_forward_with_a_later_token_changed_keeps_earlier_logits(config: ModelConfig) -> None:
    model = random_model(config)
    ids = torch.randint(0, 128, (2, 40))
    before = model(ids)
    for position in (1, 17, 39):
        changed = ids.clone()
        changed[:, position] = (changed[:, position] + 1) % 128
        after = model(changed)
        assert torch.equal(before[:, :position], after[:, :position])
        assert not torch.allclose(before[:, position], after[:, position])


@pytest.mark.parametrize("config", [SHAPE, GROUPED], ids=["all heads", "grouped"])
@pytest.mark.parametrize(
    "cuts", [[1] * 30, [12] + [1] * 18, [7, 5, 10, 8]], ids=["tokens", "prefill", "chunks"]
)
def test_decode_in_pieces_equals_full_forward(config: ModelConfig, cuts: list[int]) -> None:
    model = random_model(config)
    ids = torch.randint(0, 128, (3, 30))
    cache = model.new_cache(batch=3)
    pieces = [model(piece, cache) for piece in torch.split(ids, cuts, dim=1)]
    torch.testing.assert_close(torch.cat(pieces, dim=1), model(ids), atol=1e-4, rtol=1e-4)


def test_forward_longer_than_the_context_is_refused() -> None:
    model = random_model(SHAPE)
    with pytest.raises(ValueError, match="65 tokens does not fit the context of 64"):
        model(torch.zeros(1, 65, dtype=torch.long))
    cache = model.new_cache(max_length=16)
    model(torch.zeros(1, 16, dtype=torch.long), cache)
    with pytest.raises(ValueError, match="17 tokens does not fit the context of 16"):
        model(torch.zeros(1, 1, dtype=torch.long), cache)


def test_initialise_from_a_seed_repeats_and_scores_near_uniform() -> None:
    first, second, other = (Transformer(SHAPE) for _ in range(3))
    first.initialise(1)
    second.initialise(1)
    other.initialise(2)
    ids = torch.randint(0, 128, (4, 33))
    assert torch.equal(first(ids), second(ids))
    assert not torch.equal(first(ids), other(ids))
    loss = torch.nn.functional.cross_entropy(first(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    assert abs(float(loss.detach()) - math.log(128)) < 0.1


@pytest.mark.parametrize("config", [SHAPE, GROUPED], ids=["all heads", "grouped"])
def test_forward_while_training_equals_forward_while_scoring(config: ModelConfig) -> None:
    model = random_model(config)
    ids = torch.randint(0, 128, (3, 40))
    with torch.no_grad():
        scored = model(ids)
    trained = model.requires_grad_(True)(ids)
    torch.testing.assert_close(trained.detach(), scored, atol=1e-4, rtol=1e-4)
    # No position's loss may reach a later token's embedding.
    ids = torch.arange(40).reshape(1, 40)
    model.embedding.weight.grad = None
    model.hidden(ids)[0, 20].sum().backward()
    gradient_V = model.embedding.weight.grad
    assert gradient_V is not None
    assert gradient_V[:21].abs().sum(1).all()
    assert not gradient_V[21:].any()
