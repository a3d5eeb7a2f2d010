"""How fast a model reads and writes here, and what it needs: measured, so never part of a digest."""

from __future__ import annotations

import resource
import time

import torch

from ..chat_format import END
from ..transformer import Transformer

REPEATS = 3


def measure_speed(model: Transformer, num_tokens: int) -> dict[str, float | int | str]:
    """Return tokens per second of reading and of writing one at a time, time to the first token, peak memory.

    Each is the median of three; the prompt fills half of the context.
    """
    length = model.config.context_length // 2
    num_tokens = min(num_tokens, model.config.context_length - length - 1)
    device = model.embedding.weight.device
    generator = torch.Generator().manual_seed(0)
    prompt_BT = torch.randint(END + 1, model.config.vocab_size, (1, length), generator=generator).to(device)
    first_s, decode_s = [], []
    for _ in range(REPEATS):
        began = _now(device)
        cache = model.new_cache(1, length + num_tokens + 1)
        token_BT = model.logits(model.hidden(prompt_BT, cache)[:, -1]).argmax(-1, keepdim=True)
        first = _now(device)
        for _ in range(num_tokens):
            token_BT = model.logits(model.hidden(token_BT, cache)[:, -1]).argmax(-1, keepdim=True)
        first_s.append(first - began)
        decode_s.append(_now(device) - first)
    first_token_s = sorted(first_s)[REPEATS // 2]
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "num_threads": torch.get_num_threads(),
        "prompt_tokens": length,
        "first_token_ms": round(1_000 * first_token_s, 3),
        "prefill_tokens_per_s": round(length / first_token_s, 1),
        "decode_tokens_per_s": round(num_tokens / sorted(decode_s)[REPEATS // 2], 1),
        "peak_memory_mib": round(peak_memory_bytes(device) / 2**20, 1),
    }


def peak_memory_bytes(device: torch.device) -> int:
    """Return the most memory used so far: the GPU's for a GPU, else this process's."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
