"""Small answers that unpack to more than a crawler may hold, and bodies without an end.

Made when they are first asked for: the demo never pays for them.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import repeat

CAP_BYTES = 16 * 2**20  # what a crawler may take, packed and unpacked
UNPACKED_BYTES = CAP_BYTES + 2**20
LINE = b"<p>The ball went over the line, and over the line again, and again.</p>\n"
CHUNK_BYTES = 64 * 1024


def payload() -> bytes:
    """Return a page of ``UNPACKED_BYTES``: the same line over and over, so that it packs well."""
    return (LINE * (UNPACKED_BYTES // len(LINE) + 1))[:UNPACKED_BYTES]


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def _brotli(data: bytes) -> bytes:
    import brotli  # type: ignore[import-untyped]

    return bytes(brotli.compress(data, quality=5))


def _zstd(data: bytes) -> bytes:
    import pyarrow as pa

    packed = pa.Codec("zstd").compress(data, asbytes=True)
    assert isinstance(packed, bytes)
    return packed


# name: the Content-Encoding it is sent with, and how it is made.
BOMBS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", _gzip),
    "brotli": ("br", _brotli),
    "deflate": ("deflate", zlib.compress),
    "raw-deflate": ("deflate", _raw_deflate),
    "zstd": ("zstd", _zstd),
    "gzip-in-gzip": ("gzip, gzip", lambda data: _gzip(_gzip(data))),
    "brotli-in-gzip": ("br, gzip", lambda data: _gzip(_brotli(data))),
}


@cache
def bomb(name: str) -> bytes:
    """Return the packed body of one of ``BOMBS``."""
    return BOMBS[name][1](payload())


def endless() -> Iterator[bytes]:
    """Return chunks for ever."""
    return repeat(LINE * (CHUNK_BYTES // len(LINE)))


def oversized() -> Iterator[bytes]:
    """Return the chunks of a body of ``UNPACKED_BYTES``."""
    whole = payload()
    return (whole[start : start + CHUNK_BYTES] for start in range(0, len(whole), CHUNK_BYTES))


def drip() -> Iterator[bytes]:
    """Return single bytes for ever."""
    return repeat(b".")
