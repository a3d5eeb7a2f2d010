"""Decoding: the prompt in one pass, then one token at a time through the key-value cache.

Shapes: V vocabulary
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from pydantic import ValidationError

from ..chat_format import STOP_IDS
from ..checkpoint import load_model
from ..tokenizer import Tokenizer
from ..transformer import KVCache, Transformer
from .sampling import Sampling, choose


@dataclass(frozen=True)
class Generation:
    """A finished piece of text.

    Attributes:
        text: what was generated, without the prompt.
        ids: its tokens, without the one that ended it.
        stop_reason: ``stop`` for a special token, ``max_tokens``, or ``context`` when that was full.
    """

    text: str
    ids: tuple[int, ...]
    stop_reason: str


def generate(
    model_dir: Path,
    prompt: str,
    *,
    temperature: float = 0.7,
    top_k: int = 50,
    top_p: float = 0.9,
    max_tokens: int = 128,
    seed: int = 1,
) -> Generation:
    """Return how the model in a folder continues a text.

    Raises:
        ValueError: for a sampling value out of range, a prompt longer than the context, or a folder that is
            no model.
    """
    sampling = sampling_of(
        temperature=temperature, top_k=top_k, top_p=top_p, max_tokens=max_tokens, seed=seed
    )
    model, tokenizer = load_model(model_dir), Tokenizer.load(model_dir)
    return finish(
        stream_tokens(model, tokenizer, prompt_ids(tokenizer, prompt), sampling), tokenizer, sampling
    )


def prompt_ids(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Return a plain text's ids as documents begin: after an end token."""
    return [tokenizer.end_id, *tokenizer.encode(prompt)]


def sampling_of(**values: float) -> Sampling:
    """Return sampling choices, refusing bad ones in one line.

    Raises:
        ValueError: naming the value and its range.
    """
    try:
        return Sampling.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ValueError(f"{name} is {first['input']!r}: {first['msg'].lower()}") from error


def stream_tokens(
    model: Transformer,
    tokenizer: Tokenizer,
    ids: Sequence[int],
    sampling: Sampling,
    cache: KVCache | None = None,
) -> Iterator[int]:
    """Yield generated ids, a stop id (turn end, end) last if one came.

    Args:
        model: in eval mode.
        tokenizer: its vocabulary; padding rows of the embedding are never chosen.
        ids: the prompt, or with a cache what follows what it holds.
        sampling: how to choose.
        cache: keys and values of earlier tokens, extended in place.

    Raises:
        ValueError: at once, if the prompt leaves no room in the context for one token.
    """
    cache = cache or model.new_cache()
    if not ids:
        raise ValueError("the prompt has no tokens; needed at least one")
    used = cache.length + len(ids)
    if used >= cache.max_length:
        raise ValueError(
            f"the prompt has {used} tokens, the model's context is {cache.max_length} "
            "and one must be left for the answer; "
            "shorten the prompt"
        )
    return _decode(model, tokenizer, ids, sampling, cache)


def _decode(
    model: Transformer, tokenizer: Tokenizer, ids: Sequence[int], sampling: Sampling, cache: KVCache
) -> Iterator[int]:
    device = model.embedding.weight.device
    generator = torch.Generator().manual_seed(sampling.seed)
    inputs = torch.tensor([ids], device=device)
    for produced in range(1, sampling.max_tokens + 1):
        with torch.inference_mode():
            logits_V = model.logits(model.hidden(inputs, cache)[0, -1])[: tokenizer.num_tokens]
        token = choose(logits_V, sampling, generator)
        yield token
        if token in STOP_IDS or cache.length == cache.max_length or produced == sampling.max_tokens:
            return
        inputs = torch.tensor([[token]], device=device)


def stream_text(tokens: Iterable[int], tokenizer: Tokenizer) -> Iterator[str]:
    """Yield text as tokens come, never half a character; special tokens give none."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for token in tokens:
        if piece := decoder.decode(tokenizer.token_bytes(token)):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest


def finish(tokens: Iterable[int], tokenizer: Tokenizer, sampling: Sampling) -> Generation:
    """Return all of a stream as one `Generation`."""
    ids = list(tokens)
    if ids and ids[-1] in STOP_IDS:
        return Generation(tokenizer.decode(ids[:-1]), tuple(ids[:-1]), "stop")
    reason = "max_tokens" if len(ids) == sampling.max_tokens else "context"
    return Generation(tokenizer.decode(ids), tuple(ids), reason)
