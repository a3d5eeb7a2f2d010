"""Named model shapes, with exact parameter counts and FLOPs per token; no torch needed.

``medium`` and ``large`` keep the published *sizes* (350M, 760M); their ``-wide`` forms keep the published
feed-forward dimensions, which give more parameters. Vocabulary sizes here are defaults: a training job
takes the tokenizer's own (`padded_vocab_size`).
"""

from __future__ import annotations

from .config import ModelConfig

# Embedding rows come in multiples of this: matrix kernels want it, and 16,000 and 32,000 are such.
VOCAB_MULTIPLE = 128


def _shape(
    layers: int, d_model: int, heads: int, head_dim: int, d_ff: int, context: int, vocab: int
) -> ModelConfig:
    return ModelConfig(
        vocab_size=vocab,
        num_layers=layers,
        d_model=d_model,
        num_heads=heads,
        num_kv_heads=heads,
        head_dim=head_dim,
        d_ff=d_ff,
        context_length=context,
    )


PRESETS: dict[str, ModelConfig] = {
    "tiny": _shape(2, 64, 2, 32, 192, 512, 1024),
    "demo": _shape(3, 128, 2, 64, 384, 512, 2048),
    "small": _shape(12, 768, 12, 64, 2048, 2048, 16_000),
    "medium": _shape(24, 1024, 16, 64, 2944, 2048, 32_000),
    "medium-wide": _shape(24, 1024, 16, 64, 4096, 2048, 32_000),
    "large": _shape(24, 1536, 16, 96, 4352, 4096, 32_000),
    "large-wide": _shape(24, 1536, 16, 96, 6144, 4096, 32_000),
}


def preset(name: str, vocab_size: int | None = None, context_length: int | None = None) -> ModelConfig:
    """Return a preset's dimensions, with another vocabulary or context where given.

    Raises:
        ValueError: for a name that is no preset.
    """
    if name not in PRESETS:
        raise ValueError(f"no model preset is called {name!r}; there are {', '.join(PRESETS)}")
    changes = {"vocab_size": vocab_size, "context_length": context_length}
    return ModelConfig.model_validate(PRESETS[name].model_dump() | {k: v for k, v in changes.items() if v})


def padded_vocab_size(num_tokens: int) -> int:
    """Return the embedding rows for a tokenizer: its tokens, rounded up to a multiple of 128."""
    return -(-num_tokens // VOCAB_MULTIPLE) * VOCAB_MULTIPLE


def num_parameters(config: ModelConfig) -> int:
    """Return the exact number of trained numbers (the head shares the embedding's)."""
    return config.vocab_size * config.d_model + config.num_layers * _layer_parameters(config) + config.d_model


def flops_per_token(config: ModelConfig, context_length: int | None = None) -> int:
    """Return training FLOPs per token: 6 per matrix weight, 12 per layer, head dimension and position seen.

    Counted as in Chowdhery et al. (2022), appendix B: full attention, not its causal half; norms and the
    embedding's look-up cost nothing, the head does.
    """
    length = context_length or config.context_length
    norms = (2 * config.num_layers + 1) * config.d_model
    attention = 12 * config.num_layers * config.num_heads * config.head_dim * length
    return 6 * (num_parameters(config) - norms) + attention


def _layer_parameters(config: ModelConfig) -> int:
    queries_and_output = 2 * config.d_model * config.num_heads * config.head_dim
    keys_and_values = 2 * config.d_model * config.num_kv_heads * config.head_dim
    feed_forward = 3 * config.d_model * config.d_ff
    return queries_and_output + keys_and_values + feed_forward + 2 * config.d_model
