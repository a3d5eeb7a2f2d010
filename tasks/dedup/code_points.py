"""Which code points make words, and their lower case: Python's ``\\w`` and ``str.lower``, one at a time."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

NUM_CODE_POINTS = 0x110000
SURROGATES = range(0xD800, 0xE000)


def lowered_words(highest: int = NUM_CODE_POINTS - 1) -> NDArray[np.uint32]:
    """Return for each code point, up to ``highest`` at least, its lower case if it is part of a word, else 0.

    A letter whose lower case is several code points stays as it is.
    """
    return _table(1 << max(8, highest.bit_length()))


@cache
def _table(size: int) -> NDArray[np.uint32]:
    table = np.zeros(size, dtype=np.uint32)
    for code_point in range(min(size, NUM_CODE_POINTS)):
        character = chr(code_point)
        if code_point not in SURROGATES and (character.isalnum() or character == "_"):
            lowered = character.lower()
            table[code_point] = ord(lowered) if len(lowered) == 1 else code_point
    return table
