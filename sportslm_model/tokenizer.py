"""The tokenizer as the model uses it: a byte-level BPE from ``tokenizer.json``, loaded, checked, applied.

Training one is the pipeline's work (`tasks/tokenizer`). Byte-level means that every token is a run of
bytes, so text always round-trips and losses can be counted per byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import tokenizers
from numpy.typing import NDArray

from .chat_format import END, SPECIAL_TOKENS
from .presets import padded_vocab_size

TOKENIZER_FILE = "tokenizer.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"


class Tokenizer:
    """Text to ids and back.

    Attributes:
        files: the tokenizer's files as they were read, name to bytes: a checkpoint carries them unchanged.
    """

    def __init__(self, files: dict[str, bytes], where: str = "tokenizer.json"):
        """Read a tokenizer from its files' bytes.

        Raises:
            ValueError: if it is no byte-level BPE, or its first ids are not our special tokens.
        """
        self.files = files
        try:
            self._tokenizer = tokenizers.Tokenizer.from_str(files[TOKENIZER_FILE].decode("utf-8"))
        except Exception as error:  # the library raises bare Exception
            raise ValueError(
                f"{where} is not a tokenizer ({error}); rebuild it (sportslm stage tokenizer)"
            ) from error
        found = tuple(self._tokenizer.id_to_token(i) for i in range(len(SPECIAL_TOKENS)))
        if found != SPECIAL_TOKENS:
            raise ValueError(
                f"{where} has first tokens {found}, needed {SPECIAL_TOKENS}; "
                "train it with our tokenizer stage"
            )
        # Text that spells a special token is text.
        self._tokenizer.encode_special_tokens = True

    @classmethod
    def load(cls, folder: Path) -> Tokenizer:
        """Return the tokenizer in a folder (a tokenizer artifact or a model).

        Raises:
            ValueError: if its files are missing or not a byte-level BPE with our special tokens.
        """
        path = folder / TOKENIZER_FILE
        if not path.is_file():
            raise ValueError(f"{folder} has no {TOKENIZER_FILE}; needed a tokenizer or a model folder")
        names = (TOKENIZER_FILE, TOKENIZER_CONFIG_FILE)
        files = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
        return cls(files, str(path))

    @property
    def num_tokens(self) -> int:
        """Number of tokens, special ones included."""
        return int(self._tokenizer.get_vocab_size())

    @property
    def vocab_size(self) -> int:
        """Embedding rows a model needs for it: the tokens, padded up to a multiple of 128."""
        return padded_vocab_size(self.num_tokens)

    @property
    def end_id(self) -> int:
        """The id that stands between documents."""
        return END

    def encode(self, text: str) -> list[int]:
        """Return the ids of plain text, never a special one."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return `encode` of several texts, faster."""
        return [
            encoding.ids
            for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids, special tokens left out, broken UTF-8 replaced."""
        return b"".join(self.token_bytes(i) for i in ids).decode("utf-8", "replace")

    def token_bytes(self, token_id: int) -> bytes:
        """Return the bytes one id stands for; none for special and padding ids."""
        return self._bytes[token_id] if 0 <= token_id < len(self._bytes) else b""

    @cached_property
    def num_bytes_V(self) -> NDArray[np.int32]:  # noqa: N802  # shape letter
        """UTF-8 bytes of each id, for bits per byte; 0 for special and padding ids."""
        lengths = np.zeros(self.vocab_size, dtype=np.int32)
        lengths[: self.num_tokens] = [len(value) for value in self._bytes]
        return lengths

    @cached_property
    def _bytes(self) -> list[bytes]:
        byte_of = {char: byte for byte, char in byte_alphabet().items()}
        values = [b""] * len(SPECIAL_TOKENS)
        for token_id in range(len(SPECIAL_TOKENS), self.num_tokens):
            token = self._tokenizer.id_to_token(token_id) or ""
            try:
                values.append(bytes(byte_of[char] for char in token))
            except (KeyError, TypeError) as error:
                raise ValueError(
                    f"token {token_id} ({token!r}) is not made of bytes; needed a byte-level BPE"
                ) from error
        return values


def byte_alphabet() -> dict[int, str]:
    """Return the printable character that byte-level BPE writes for each byte (Radford et al., 2019)."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
