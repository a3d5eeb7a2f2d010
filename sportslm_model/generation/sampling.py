"""How the next token is chosen: greedy, or drawn after temperature, top-k and top-p.

Top-k is Fan et al. (2018), top-p Holtzman et al. (2020).

Shapes: V vocabulary
"""

from __future__ import annotations

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor


class Sampling(BaseModel):
    """The choices a caller has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(
        default=0.7, description="Divides the scores; 0 takes the best token always", ge=0, le=10
    )
    top_k: int = Field(default=50, description="Only the k best tokens can be drawn; 0 = all", ge=0)
    top_p: float = Field(
        default=0.9, description="Only the best tokens that make up this probability", gt=0, le=1
    )
    max_tokens: int = Field(default=128, description="Longest answer, in tokens", ge=1)
    seed: int = Field(default=1, description="Seed of the draws", ge=0, lt=2**63)


def choose(logits_V: Tensor, sampling: Sampling, generator: torch.Generator) -> int:
    """Return the next token's id, drawn on the CPU so that a seed means the same on every device."""
    if sampling.temperature == 0:
        return int(logits_V.argmax())
    scores_V = logits_V.float().cpu() / sampling.temperature
    if sampling.top_k and sampling.top_k < len(scores_V):
        smallest = scores_V.topk(sampling.top_k).values[-1]
        scores_V = scores_V.masked_fill(scores_V < smallest, float("-inf"))
    sorted_V, order_V = scores_V.softmax(0).sort(descending=True, stable=True)
    # A token is in the nucleus while those before it make up less than top_p; the first always is.
    sorted_V[sorted_V.cumsum(0) - sorted_V >= sampling.top_p] = 0.0
    return int(order_V[torch.multinomial(sorted_V, 1, generator=generator)])
