"""Content codings undone (RFC 9110 section 8.4.1): a bomb is refused before it is bigger than a page may be.

Scrapy's own middleware takes any number of codings, and takes what was cut off for whole. Here codings are
undone as one stream of small pieces, which may not come to more than ``MAX_BODY_BYTES`` in all: a body costs
its size once, whatever it is packed in, and what does not end as its format says is refused.
"""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import brotli  # type: ignore[import-untyped]
from scrapy.exceptions import DownloadCancelledError

from crawlers.settings import MAX_BODY_BYTES

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd  # comes with Scrapy

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

MAX_ENCODINGS = 2  # nobody compresses twice on purpose; some servers do by mistake
PIECE_BYTES = 64 * 2**10
# Formats allow a body in many members, each of which costs time however little it holds.
MAX_MEMBERS = 1024
ZSTD_WINDOW_LOG = 23  # RFC 9659 section 3: 8 MiB is the most a sender may ask of us
TOO_LARGE, BROKEN, TOO_MANY, UNKNOWN = (
    "too-large",
    "broken-encoding",
    "too-many-encodings",
    "unknown-encoding",
)


class UnreadableBodyError(DownloadCancelledError):
    """A body that is not taken; the message is the reason's name.

    ``too-large``, ``broken-encoding``, ``too-many-encodings`` or ``unknown-encoding``.
    """


class _Unpacker(Protocol):
    """One member of a compressed stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def pieces(self, packed: bytes) -> Iterator[bytes]: ...


class _Zlib:
    """A gzip, zlib or raw deflate stream, as ``wbits`` of zlib tells them apart."""

    def __init__(self, wbits: int) -> None:
        self._stream = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        left = packed
        while left and not self._stream.eof:
            yield self._stream.decompress(left, PIECE_BYTES)
            left = self._stream.unconsumed_tail
        while not self._stream.eof and (more := self._stream.decompress(b"", PIECE_BYTES)):
            yield more


class _Zstd:
    def __init__(self) -> None:
        limits: dict[int, int] = {zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG}
        self._stream = zstd.ZstdDecompressor(options=limits)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        yield self._stream.decompress(packed, PIECE_BYTES)
        while not self._stream.eof and not self._stream.needs_input:
            yield self._stream.decompress(b"", PIECE_BYTES)


class _Brotli:
    unused_data = b""  # what follows a brotli stream is an error of its decoder's

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._stream.is_finished())

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        piece = self._stream.process(packed, output_buffer_limit=PIECE_BYTES)
        while piece:
            yield piece
            piece = b"" if self.eof else self._stream.process(b"", output_buffer_limit=PIECE_BYTES)


def _deflate(start: bytes) -> _Unpacker:
    """Return an unpacker for what calls itself deflate: zlib's format or, from some servers, bare deflate.

    A zlib head begins with method 8 and a window of at most 32 KiB (RFC 1950 section 2.2). Bare deflate would
    have set a bit there that readers ignore and writers leave 0 (RFC 1951 section 3.2.4).
    """
    return _Zlib(zlib.MAX_WBITS if start[0] & 0x8F == 8 else -zlib.MAX_WBITS)


def _gzip(start: bytes) -> _Unpacker:
    return _Zlib(zlib.MAX_WBITS + 16)


UNPACKERS: dict[str, Callable[[bytes], _Unpacker]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": lambda start: _Brotli(),
    "zstd": lambda start: _Zstd(),
}
ALIASES = {"x-gzip": "gzip"}  # RFC 9110 section 8.4.1.3
ACCEPT_ENCODING = ", ".join(UNPACKERS)


def content_codings(headers: Iterable[str]) -> list[str]:
    """Return the codings that Content-Encoding headers name, in the order they were applied."""
    names = (name.strip().lower() for value in headers for name in value.split(","))
    return [ALIASES.get(name, name) for name in names if name not in {"", "identity"}]


def decoded(body: bytes, codings: list[str], cap: int = MAX_BODY_BYTES) -> bytes:
    """Return a body with its codings undone.

    Memory: the result, and for each coding a piece and the format's own window (at most 16 MiB, of brotli).

    Args:
        codings: in the order they were applied, as ``content_codings`` returns them.
        cap: bytes that neither the body nor what any coding unpacks to may exceed.

    Raises:
        UnreadableBodyError: naming the reason.
    """
    if len(body) > cap:
        raise UnreadableBodyError(TOO_LARGE)
    if not body or not codings:
        return body
    if len(codings) > MAX_ENCODINGS:
        raise UnreadableBodyError(TOO_MANY)
    unknown = [name for name in codings if name not in UNPACKERS]
    if unknown:
        raise UnreadableBodyError(UNKNOWN)
    stream: Iterator[bytes] = (body[i : i + PIECE_BYTES] for i in range(0, len(body), PIECE_BYTES))
    for name in reversed(codings):
        stream = _unpacked(stream, UNPACKERS[name], cap)
    whole = io.BytesIO()
    for piece in stream:
        whole.write(piece)
    return whole.getvalue()


def gunzip_capped(body: bytes, cap: int = MAX_BODY_BYTES) -> bytes:
    """Return what a gzip file holds, such as ``sitemap.xml.gz``.

    Raises:
        UnreadableBodyError: ``too-large`` or ``broken-encoding``.
    """
    return decoded(body, ["gzip"], cap)


def _unpacked(packed: Iterable[bytes], begin: Callable[[bytes], _Unpacker], cap: int) -> Iterator[bytes]:
    """Yield the pieces that a stream of members unpacks to; zeros after a member are padding."""
    size, num_members = 0, 0
    member: _Unpacker | None = None
    try:
        for left in packed:
            while left := (left if member or not num_members else left.lstrip(b"\0")):
                if member is None:
                    member, num_members = begin(left), num_members + 1
                if num_members > MAX_MEMBERS:
                    raise UnreadableBodyError(BROKEN)
                for piece in member.pieces(left):
                    size += len(piece)
                    if size > cap:
                        raise UnreadableBodyError(TOO_LARGE)
                    yield piece
                left, member = (member.unused_data, None) if member.eof else (b"", member)
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise UnreadableBodyError(BROKEN) from error
    if member is not None or not num_members:
        raise UnreadableBodyError(BROKEN)


class DecodeMiddleware:
    """Asks for the codings we can undo, and undoes them; replaces Scrapy's HttpCompressionMiddleware."""

    def process_request(self, request: Request) -> None:
        """Say what we accept."""
        request.headers[b"Accept-Encoding"] = ACCEPT_ENCODING.encode()

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response with a plain body.

        Raises:
            UnreadableBodyError: for bodies that cannot be had plain, or not within the cap.
        """
        named: list[Any] = response.headers.getlist(b"Content-Encoding")
        if not named:
            return response
        body = decoded(response.body, content_codings(value.decode("latin-1") for value in named))
        plain: Response = response.replace(body=body)
        del plain.headers[b"Content-Encoding"]
        return plain
