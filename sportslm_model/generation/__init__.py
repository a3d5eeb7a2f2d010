"""Generation: sampling choices, prefill and cached decoding, and chat sessions."""

from .chat import ChatSession
from .decode import Generation, generate, stream_tokens
from .sampling import Sampling

__all__ = ["ChatSession", "Generation", "Sampling", "generate", "stream_tokens"]
