"""The transformer in LLaMA form (Touvron et al., 2023): RMSNorm first, rotary positions, SwiGLU, no biases.

The head is the embedding, transposed. Query, key and value share one matrix, as do gate and up: fewer,
larger products.

Shapes:
    B batch, T positions, S positions a query may see, V vocabulary, C d_model, F d_ff,
    H query heads, K key/value heads, D head_dim
"""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F  # noqa: N812  # its name everywhere
from torch import Tensor, nn

from .config import ModelConfig

# Residual branches start at zero, so that a fresh model is its embedding and scores near uniform.
EMBEDDING_STD = 0.02
# Up to here, training on a CPU, plain products beat the fused kernel, whose backward pass is slow there:
# 45 against 115 ms a step of 8 x 256 tokens, 4 layers of 4 x 64 heads, one Zen 4 core, bf16.
PLAIN_ATTENTION_LENGTH = 512


class KVCache:
    """Keys and values of the positions already seen, for decoding one token at a time."""

    def __init__(
        self, config: ModelConfig, batch: int, max_length: int, device: torch.device, dtype: torch.dtype
    ):
        """Make room for ``max_length`` positions of ``batch`` sequences of equal length."""
        shape = (config.num_layers, batch, config.num_kv_heads, max_length, config.head_dim)
        self.keys_LBKSD = torch.zeros(shape, device=device, dtype=dtype)
        self.values_LBKSD = torch.zeros(shape, device=device, dtype=dtype)
        self.length = 0
        self.max_length = max_length

    def append(self, layer: int, keys_BKTD: Tensor, values_BKTD: Tensor) -> tuple[Tensor, Tensor]:
        """Store one layer's new keys and values; return all of that layer's so far."""
        end = self.length + keys_BKTD.shape[2]
        self.keys_LBKSD[layer, :, :, self.length : end] = keys_BKTD
        self.values_LBKSD[layer, :, :, self.length : end] = values_BKTD
        return self.keys_LBKSD[layer, :, :, :end], self.values_LBKSD[layer, :, :, :end]


class Attention(nn.Module):
    """Causal self-attention with rotary positions, optionally grouped-query."""

    def __init__(self, config: ModelConfig, layer: int):
        super().__init__()
        self.layer = layer
        self.heads = (config.num_heads, config.num_kv_heads, config.num_kv_heads)
        self.head_dim = config.head_dim
        self.qkv = nn.Linear(config.d_model, sum(self.heads) * config.head_dim, bias=False)
        self.out = nn.Linear(config.num_heads * config.head_dim, config.d_model, bias=False)

    def forward(self, x_BTC: Tensor, rope_2TD: Tensor, cache: KVCache | None) -> Tensor:
        batch, length, _ = x_BTC.shape
        qkv_BTHD = self.qkv(x_BTC).view(batch, length, sum(self.heads), self.head_dim)
        heads, kv_heads, _ = self.heads
        qk_BTHD, v_BTKD = torch.split(qkv_BTHD, [heads + kv_heads, kv_heads], dim=2)
        q_BHTD, k_BKSD = torch.split(rotate(qk_BTHD, rope_2TD).transpose(1, 2), [heads, kv_heads], dim=1)
        v_BKSD = v_BTKD.transpose(1, 2)
        if cache is None:
            y_BHTD = causal_attention(q_BHTD, k_BKSD, v_BKSD)
        else:
            seen = cache.length
            k_BKSD, v_BKSD = cache.append(self.layer, k_BKSD, v_BKSD)
            mask_TS = torch.ones(length, seen + length, dtype=torch.bool, device=x_BTC.device).tril(seen)
            y_BHTD = F.scaled_dot_product_attention(
                q_BHTD, k_BKSD, v_BKSD, mask_TS, enable_gqa=heads != kv_heads
            )
        out_BTC: Tensor = self.out(y_BHTD.transpose(1, 2).reshape(batch, length, -1))
        return out_BTC


class FeedForward(nn.Module):
    """SwiGLU (Shazeer, 2020)."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.gate_up = nn.Linear(config.d_model, 2 * config.d_ff, bias=False)
        self.down = nn.Linear(config.d_ff, config.d_model, bias=False)

    def forward(self, x_BTC: Tensor) -> Tensor:
        gate_BTF, up_BTF = self.gate_up(x_BTC).chunk(2, dim=-1)
        out_BTC: Tensor = self.down(F.silu(gate_BTF) * up_BTF)
        return out_BTC


class Block(nn.Module):
    """Attention, then feed-forward, each on a normalised copy and added to the stream."""

    def __init__(self, config: ModelConfig, layer: int):
        super().__init__()
        self.attention_norm = nn.RMSNorm(config.d_model, eps=config.norm_eps)
        self.attention = Attention(config, layer)
        self.feed_forward_norm = nn.RMSNorm(config.d_model, eps=config.norm_eps)
        self.feed_forward = FeedForward(config)

    def forward(self, x_BTC: Tensor, rope_2TD: Tensor, cache: KVCache | None) -> Tensor:
        x_BTC = x_BTC + self.attention(self.attention_norm(x_BTC), rope_2TD, cache)
        out_BTC: Tensor = x_BTC + self.feed_forward(self.feed_forward_norm(x_BTC))
        return out_BTC


class Transformer(nn.Module):
    """The model: ids in, logits out; with a cache, from where the cache ends."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.num_layers))
        self.norm = nn.RMSNorm(config.d_model, eps=config.norm_eps)

    def hidden(self, ids_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        """Return the normalised residual stream at every position, before the head: (B, T, C).

        Raises:
            ValueError: if the sequence, with what the cache holds, is longer than the context.
        """
        start = cache.length if cache else 0
        end = start + ids_BT.shape[1]
        limit = min(cache.max_length, self.config.context_length) if cache else self.config.context_length
        if end > limit:
            raise ValueError(f"a sequence of {end} tokens does not fit the context of {limit}; shorten it")
        x_BTC = self.embedding(ids_BT)
        rope_2TD = rope_table(self.config, ids_BT.device)[:, start:end]
        for block in self.blocks:
            x_BTC = block(x_BTC, rope_2TD, cache)
        if cache:
            cache.length = end
        out_BTC: Tensor = self.norm(x_BTC)
        return out_BTC

    def logits(self, hidden_BTC: Tensor) -> Tensor:
        """Return next-token scores from `hidden`'s result (any leading shape)."""
        return F.linear(hidden_BTC, self.embedding.weight)

    def forward(self, ids_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        """Return next-token scores at every position: (B, T, V)."""
        return self.logits(self.hidden(ids_BT, cache))

    def new_cache(self, batch: int = 1, max_length: int | None = None) -> KVCache:
        """Return an empty cache for ``batch`` sequences, where and in the dtype the model computes."""
        weight = self.embedding.weight
        device_type = weight.device.type
        autocast = torch.is_autocast_enabled(device_type)
        dtype = torch.get_autocast_dtype(device_type) if autocast else weight.dtype
        return KVCache(self.config, batch, max_length or self.config.context_length, weight.device, dtype)

    def initialise(self, seed: int) -> None:
        """Fill the weights from a seed: drawn on the CPU, so the same on any device.

        Matrices that read the stream have variance 1 / fan-in; those that write to it start at zero.
        """
        generator = torch.Generator().manual_seed(seed)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 1:
                nn.init.ones_(parameter)
            elif name.endswith(("out.weight", "down.weight")):
                nn.init.zeros_(parameter)
            else:
                std = EMBEDDING_STD if name == "embedding.weight" else parameter.shape[1] ** -0.5
                values = torch.empty(parameter.shape).normal_(0.0, std, generator=generator)
                with torch.no_grad():
                    parameter.copy_(values)


def causal_attention(q_BHTD: Tensor, k_BKTD: Tensor, v_BKTD: Tensor) -> Tensor:
    """Return, for each position, the values of it and those before it, weighted by softmax(q k / sqrt(D))."""
    batch, heads, length, width = q_BHTD.shape
    plain = q_BHTD.device.type == "cpu" and length <= PLAIN_ATTENTION_LENGTH and torch.is_grad_enabled()
    if not plain or k_BKTD.shape[1] != heads:
        return F.scaled_dot_product_attention(
            q_BHTD, k_BKTD, v_BKTD, is_causal=True, enable_gqa=k_BKTD.shape[1] != heads
        )
    q_NTD, k_NTD, v_NTD = (x.reshape(batch * heads, length, width) for x in (q_BHTD, k_BKTD, v_BKTD))
    mask_TT = torch.full((length, length), float("-inf"), dtype=q_NTD.dtype).triu(1)
    scores_NTT = torch.baddbmm(mask_TT, q_NTD, k_NTD.transpose(1, 2), alpha=width**-0.5)
    return torch.bmm(scores_NTT.softmax(-1), v_NTD).view(batch, heads, length, width)


def rotate(x_BTHD: Tensor, rope_2TD: Tensor) -> Tensor:
    """Turn each head's pairs (i, i + D/2) by their position's angles (Su et al., 2021)."""
    cos_T1D, sin_T1D = rope_2TD.to(x_BTHD.dtype).unsqueeze(2).unbind(0)
    first, second = x_BTHD.chunk(2, dim=-1)
    return x_BTHD * cos_T1D + torch.cat((-second, first), dim=-1) * sin_T1D


def rope_table(config: ModelConfig, device: torch.device) -> Tensor:
    """Return the cosines and sines of every position of the context: (2, T, D), fp32."""
    return _rope_table(config.context_length, config.head_dim, config.rope_theta, device)


@lru_cache(maxsize=16)
@torch.inference_mode(False)  # kept for training too, whoever asked first
def _rope_table(length: int, head_dim: int, theta: float, device: torch.device) -> Tensor:
    # fp64 on the CPU, so that every device and precision turns by the same angles.
    frequencies_D = theta ** (-torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angles_TD = torch.outer(torch.arange(length, dtype=torch.float64), frequencies_D).repeat(1, 2)
    return torch.stack((angles_TD.cos(), angles_TD.sin())).to(device, torch.float32)
