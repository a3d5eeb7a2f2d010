from __future__ import annotations

import contextlib
import gzip
import json
import subprocess
import sys
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawlers.decode import (
    ACCEPT_ENCODING,
    MAX_MEMBERS,
    PIECE_BYTES,
    DecodeMiddleware,
    UnreadableBodyError,
    content_codings,
    decoded,
    gunzip_capped,
)

MIB = 2**20
PAGE = "<p>Über den Ball gesprochen.</p>".encode() * 500


def raw_deflate(data: bytes) -> bytes:
    """Return deflate without zlib's head, as some servers send it."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def zstd(data: bytes) -> bytes:
    """Return a zstd frame made by Arrow's own encoder."""
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("x-gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd),
    "gzip-in-gzip": ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    "br-in-gzip": ("br, gzip", lambda data: gzip.compress(brotli.compress(data))),
    "zlib-in-br": ("deflate, br", lambda data: bytes(brotli.compress(zlib.compress(data)))),
}

# Each bomb as source text, because it is set off in a process of its own, whose memory is then looked at.
ZEROS = "bytes(300 * 2**20)"
BOMBS = {
    "gzip": ("gzip", f"gzip.compress({ZEROS})"),
    "gzip of many members": ("gzip", "gzip.compress(bytes(2**20)) * 300"),
    "zlib": ("deflate", f"zlib.compress({ZEROS})"),
    "raw deflate": ("deflate", f"zlib.compress({ZEROS})[2:-4]"),
    "brotli": ("br", "brotli.compress(bytes(100 * 2**20), quality=4, lgwin=24)"),
    "zstd": ("zstd", f"zstd.compress({ZEROS})"),
    "zstd of many frames": ("zstd", "zstd.compress(bytes(2**20)) * 300"),
    "zstd with a window of 128 MiB": ("zstd", f"zstd.compress({ZEROS}, options=LONG)"),
    "gzip in gzip": ("gzip, gzip", f"gzip.compress(gzip.compress({ZEROS}))"),
    "gzip in brotli": ("gzip, br", f"brotli.compress(gzip.compress({ZEROS}), quality=4)"),
    "zstd in gzip": ("zstd, gzip", f"gzip.compress(zstd.compress({ZEROS}))"),
    "brotli around what is no gzip": ("gzip, br", "brotli.compress(bytes(100 * 2**20), quality=4)"),
    "gzip three deep": ("gzip, gzip, gzip", f"gzip.compress(gzip.compress(gzip.compress({ZEROS})))"),
}
REFUSALS = {
    "gzip three deep": "too-many-encodings",
    "zstd with a window of 128 MiB": "broken-encoding",
    "brotli around what is no gzip": "broken-encoding",
}
MAKE_BOMB = """
import gzip, sys, zlib
import brotli
from backports import zstd
LONG = {zstd.CompressionParameter.window_log: 27}
sys.stdout.buffer.write(EXPRESSION)
"""
SET_OFF = """
import json, resource, sys
from crawlers.decode import UnreadableBodyError, content_codings, decoded
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
body, before = sys.stdin.buffer.read(), peak()
try:
    outcome = len(decoded(body, content_codings([sys.argv[1]])))
except UnreadableBodyError as error:
    outcome = str(error)
print(json.dumps([outcome, peak() - before]))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_before_it_takes_more_than_the_cap(name: str) -> None:
    encoding, expression = BOMBS[name]
    made = MAKE_BOMB.replace("EXPRESSION", expression)
    bomb = subprocess.run([sys.executable, "-c", made], capture_output=True, check=True).stdout
    assert len(bomb) < MIB
    command = [sys.executable, "-c", SET_OFF, encoding]
    done = subprocess.run(command, input=bomb, capture_output=True, check=True)
    outcome, taken = json.loads(done.stdout)
    assert outcome == REFUSALS.get(name, "too-large")
    # brotli keeps the last 16 MiB it wrote for itself, zstd 8 MiB: nobody could read them without.
    window = 16 * MIB if "br" in encoding else 8 * MIB if "zstd" in encoding else 0
    assert taken <= 16 * MIB + window + MIB, f"{taken / MIB:.1f} MiB"


@pytest.mark.parametrize("name", PACKERS)
def test_packed_page_comes_out_as_it_was(name: str) -> None:
    encoding, pack = PACKERS[name]
    assert decoded(pack(PAGE), content_codings([encoding])) == PAGE
    assert decoded(pack(b""), content_codings([encoding])) == b""


@pytest.mark.parametrize("name", PACKERS)
def test_page_of_exactly_the_cap_is_taken_and_one_byte_more_is_not(name: str) -> None:
    encoding, pack = PACKERS[name]
    cap = 3 * PIECE_BYTES
    assert len(decoded(pack(bytes(cap)), content_codings([encoding]), cap)) == cap
    with pytest.raises(UnreadableBodyError, match=r"^too-large$"):
        decoded(pack(bytes(cap + 1)), content_codings([encoding]), cap)


@pytest.mark.parametrize("name", PACKERS)
def test_page_cut_off_anywhere_is_broken(name: str) -> None:
    encoding, pack = PACKERS[name]
    packed = pack(PAGE)
    for end in range(1, len(packed)):
        with pytest.raises(UnreadableBodyError, match=r"^broken-encoding$"):
            decoded(packed[:end], content_codings([encoding]))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_page_that_is_not_packed_at_all_is_broken(encoding: str) -> None:
    with pytest.raises(UnreadableBodyError, match=r"^broken-encoding$"):
        decoded(PAGE, [encoding])


def test_body_over_the_cap_before_unpacking_is_too_large() -> None:
    with pytest.raises(UnreadableBodyError, match=r"^too-large$"):
        decoded(bytes(101), [], cap=100)


def test_codings_are_refused_by_name_when_too_many_or_unknown() -> None:
    with pytest.raises(UnreadableBodyError, match=r"^too-many-encodings$"):
        decoded(b"x", content_codings(["gzip, gzip", "gzip"]))
    with pytest.raises(UnreadableBodyError, match=r"^unknown-encoding$"):
        decoded(b"x", content_codings(["compress"]))


def test_codings_names_are_read_in_any_spelling() -> None:
    assert content_codings(["X-GZIP, identity", " br"]) == ["gzip", "br"]
    assert decoded(PAGE, content_codings(["identity"])) == PAGE


def test_gzip_members_and_padding_are_read_to_the_end() -> None:
    members = gzip.compress(b"a" * PIECE_BYTES) + gzip.compress(b"b") + bytes(700)
    assert gunzip_capped(members) == b"a" * PIECE_BYTES + b"b"
    assert decoded(zstd(b"a") + zstd(b"b"), ["zstd"]) == b"ab"


def test_more_members_than_anybody_writes_are_broken() -> None:
    empty = gzip.compress(b"")
    assert gunzip_capped(empty * MAX_MEMBERS) == b""
    with pytest.raises(UnreadableBodyError, match=r"^broken-encoding$"):
        gunzip_capped(empty * (MAX_MEMBERS + 1))


@given(body=st.binary(max_size=2000), name=st.sampled_from(sorted(PACKERS)), cut=st.integers(0, 5000))
def test_decoding_returns_what_was_packed_or_refuses(body: bytes, name: str, cut: int) -> None:
    encoding, pack = PACKERS[name]
    packed = pack(body)
    assert decoded(packed, content_codings([encoding])) == body
    damaged = packed[: cut % (len(packed) + 1)] + body
    with contextlib.suppress(UnreadableBodyError):  # any other error fails the test
        assert len(decoded(damaged, content_codings([encoding]), cap=5000)) <= 5000


def test_middleware_unpacks_and_leaves_the_rest_of_the_answer_alone() -> None:
    middleware, request = DecodeMiddleware(), Request("http://www.example.com/")
    middleware.process_request(request)
    assert request.headers[b"Accept-Encoding"].decode() == ACCEPT_ENCODING == "gzip, deflate, br, zstd"
    headers = {"Content-Encoding": "gzip", "ETag": '"1"'}
    packed = Response(request.url, headers=headers, body=gzip.compress(PAGE), request=request)
    plain = middleware.process_response(request, packed)
    assert (plain.body, plain.headers.get("ETag"), plain.headers.get("Content-Encoding")) == (
        PAGE,
        b'"1"',
        None,
    )
    nothing = Response(request.url, status=304, headers=headers)
    assert middleware.process_response(request, nothing).body == b""
    with pytest.raises(UnreadableBodyError, match=r"^broken-encoding$"):
        middleware.process_response(request, packed.replace(body=b"\x1f\x8b\x08cut"))
