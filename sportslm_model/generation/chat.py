"""A chat with a model: turns accumulate, answers stream, and what was read is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..chat_format import STOP_IDS, TURN_END, Message, encode_prompt
from ..checkpoint import load_model
from ..tokenizer import Tokenizer
from ..transformer import Transformer
from .decode import stream_text, stream_tokens
from .sampling import Sampling


class ChatSession:
    """One conversation with one model."""

    def __init__(self, model: Transformer, tokenizer: Tokenizer, sampling: Sampling | None = None):
        """Begin with no messages."""
        self.model = model
        self.tokenizer = tokenizer
        self.sampling = sampling or Sampling()
        self.reset()

    @classmethod
    def open(cls, model_dir: Path, sampling: Sampling | None = None) -> ChatSession:
        """Return a session with the model in a folder.

        Raises:
            ValueError: if the folder holds no model this version can read.
        """
        return cls(load_model(model_dir), Tokenizer.load(model_dir), sampling)

    def reset(self) -> None:
        """Forget the conversation."""
        self.messages: list[Message] = []
        self._cache = self.model.new_cache()
        self._unread: list[int] = []

    def reply(self, text: str) -> Iterator[str]:
        """Yield the answer to a user's message, piece by piece; the conversation then holds both.

        An iterator closed early keeps what was said so far.

        Raises:
            ValueError: at once, if the conversation no longer fits the context; it is then unchanged.
        """
        message: Message = {"role": "user", "content": text}
        ids = [*self._unread, *encode_prompt(self.tokenizer, [message])]
        tokens = stream_tokens(self.model, self.tokenizer, ids, self.sampling, self._cache)
        return self._speak(message, tokens)

    def _speak(self, message: Message, tokens: Iterator[int]) -> Iterator[str]:
        spoken: list[int] = []
        pieces: list[str] = []

        def heard() -> Iterator[int]:
            for token in tokens:
                spoken.append(token)
                yield token

        try:
            for piece in stream_text(heard(), self.tokenizer):
                pieces.append(piece)
                yield piece
        finally:
            self.messages += [message, {"role": "assistant", "content": "".join(pieces)}]
            # The last token was chosen but not read by the model; a turn always ends with its end token.
            ended = bool(spoken) and spoken[-1] in STOP_IDS
            self._unread = [TURN_END] if ended else [*spoken[-1:], TURN_END]
