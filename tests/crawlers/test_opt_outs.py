from __future__ import annotations

import json
import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.opt_outs import header_opt_outs, is_training_opt_out, meta_opt_outs, tdmrep_opt_out

AGENT = "sportslm/0.1 (tests)"
HTML = "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ([("X-Robots-Tag", "noai")], ["noai"]),
        ([("x-robots-tag", " NoAI , NOINDEX,nofollow")], ["noai", "noindex"]),
        ([("X-Robots-Tag", "noimageai"), ("X-Robots-Tag", "noai")], ["noai", "noimageai"]),
        ([("X-Robots-Tag", "none")], ["noindex"]),
        ([("X-Robots-Tag", "index, follow, all")], []),
        ([("X-Robots-Tag", "noaim, no-ai, xnoai")], []),
        ([("X-Robots-Tag", "*: noai")], ["noai"]),
        ([("X-Robots-Tag", "SportsLM: noai")], ["noai"]),
        ([("X-Robots-Tag", "gptbot: noai, noindex")], ["noai", "noindex"]),
        ([("X-Robots-Tag", "Googlebot: noindex, noai")], []),
        ([("X-Robots-Tag", "googlebot: noindex, ccbot: noai")], ["noai"]),
        ([("X-Robots-Tag", "noai, googlebot: noindex")], ["noai"]),
        ([("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 PST, noai")], ["noai"]),
        ([("X-Robots-Tag", "max-snippet: -1, max-image-preview: large, noai")], ["noai"]),
        ([("X-Robots-Tag", "")], []),
        ([("TDM-Reservation", " 1 ")], ["tdm-reservation"]),
        ([("tdm-reservation", "0")], []),
        ([("tdm-reservation", "1"), ("tdm-policy", "https://h/p.json")], ["tdm-reservation"]),
        ([("X-Other", "noai"), ("Content-Type", "text/html")], []),
    ],
)
def test_headers_reserve_what_is_addressed_to_us_all_or_an_ai_agent(
    headers: list[tuple[str, str]], names: list[str]
) -> None:
    assert header_opt_outs(headers, AGENT) == tuple(f"header:{name}" for name in names)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ('<meta name="robots" content="noai">', ["noai"]),
        ('<meta name="robots" content="noai, noimageai"/>', ["noai", "noimageai"]),
        ("<META NAME='ROBOTS' CONTENT='NOINDEX,NOFOLLOW'>", ["noindex"]),
        ("<meta content=noai name=robots>", ["noai"]),
        ('<meta\n  content = "noai"\n  data-x="a > b"\n  name\t=\t"robots">', ["noai"]),
        ('<meta/name="robots"/content="noai"/>', ["noai"]),
        ('<meta name="robots" content="noindex&#44; noai">', ["noai", "noindex"]),
        ('<meta name="robots" content="none">', ["noindex"]),
        ('<meta name="robots" content="index"><meta name="robots" content="noai">', ["noai"]),
        ('<meta name="sportslm" content="noai">', ["noai"]),
        ('<meta name="GPTBot" content="noai">', ["noai"]),
        ('<meta name="googlebot" content="noindex, noai">', []),
        ('<meta name="robots" content="index, follow, max-image-preview:large">', []),
        ('<meta name="description" content="noai">', []),
        ('<meta name="x" name="robots" content="noai">', []),  # the first of equal attributes counts
        ('<meta name="robots" value="noai">', []),
        ('<meta name="tdm-reservation" content="1">', ["tdm-reservation"]),
        ('<meta content="1" name="TDM-Reservation">', ["tdm-reservation"]),
        ('<meta name="tdm-reservation" content="0">', []),
        ('<!-- <meta name="robots" content="noai"> -->', []),
        ('<!-- </head> --><meta name="robots" content="noai">', ["noai"]),
        ("""<script>var s = '<meta name="robots" content="noai">';</script>""", []),
        ("""<script>w('<head></head><body>')</script><meta name="robots" content="noai">""", ["noai"]),
        ("""<style>/* <body */</style><meta name="robots" content="noai">""", ["noai"]),
        ('<title><meta name="robots" content="noai"></title>', []),
        ('<metadata name="robots" content="noai">', []),
        ('</head><body><meta name="robots" content="noai">', []),
        ('<body class="x"><meta name="robots" content="noai">', []),
        ('<!-- never closed <meta name="robots" content="noai">', []),
    ],
)
def test_meta_tags_of_the_head_reserve_as_a_browser_would_read_them(head: str, names: list[str]) -> None:
    page = f"<!doctype html><html><head><title>Cup</title>{head}</head><body>noai none</body></html>".encode()
    assert meta_opt_outs(page, HTML, AGENT) == tuple(f"meta:{name}" for name in names)


def test_meta_tags_are_read_without_a_head_and_only_in_html() -> None:
    page = b"<meta name=robots content=noai><p>A page whose tags nobody closed"
    assert meta_opt_outs(page, "application/xhtml+xml") == meta_opt_outs(page, "") == ("meta:noai",)
    assert meta_opt_outs(page, "application/json") == meta_opt_outs(page, "text/plain") == ()


def test_meta_tags_are_sought_in_the_first_256_kib_only() -> None:
    tag, limit = b"<meta name=robots content=noai>", 256 * 1024
    assert meta_opt_outs(b"x" * (limit - len(tag)) + tag, HTML) == ("meta:noai",)
    assert meta_opt_outs(b"x" * limit + tag, HTML) == ()


def test_meta_scan_of_a_100_kb_page_without_such_tags_is_fast() -> None:
    head = b'<meta property="og:x" content="y"><link rel="stylesheet" href="/a.css">' * 30
    script = b"<script>window.settings = {none: 1, shown: [1, 2, 3]};</script>" * 100
    page = b"<html><head>" + head + script + b"</head><body>" + b"<p>One team scored.</p>\n" * 4000
    assert 90_000 < len(page) < 110_000
    seconds = min(timeit.repeat(lambda: meta_opt_outs(page, HTML), number=20, repeat=5)) / 20
    assert seconds < 200e-6  # 15 to 25 µs on a laptop core; one IGNORECASE search alone takes 2 ms


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<script>", b'<meta "', b"<meta name='", b"<meta a", b"</head><!--", b"<meta a= "]
)
def test_meta_scan_of_a_hostile_head_takes_linear_time(piece: bytes) -> None:
    page = b"<meta x=noai>" + piece * (256 * 1024 // len(piece))
    seconds = timeit.timeit(lambda: meta_opt_outs(page, HTML), number=1)
    assert seconds < 1.0  # tens of milliseconds; quadratic time would be a minute


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["<meta ", "name=", "robots", "'", '"', ">", "<!--", "noai", "=", "é", " "])))
def test_opt_outs_of_any_text_are_found_without_an_error(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert set(meta_opt_outs(text.encode(), HTML)) <= {"meta:noai"}
    assert set(header_opt_outs([("X-Robots-Tag", text)], AGENT)) <= {"header:noai"}
    assert tdmrep_opt_out(text.encode(), text) == ()


ENTRIES = [
    {"location": "/", "tdm-reservation": 0},
    {"location": "/news/", "tdm-reservation": 1, "tdm-policy": "https://h/policy.json"},
    {"location": "/news/open/*", "tdm-reservation": 0},
    {"location": "*.pdf$", "tdm-reservation": "1"},
]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/", False),
        ("/news/a?b=c", True),
        ("/news/open/a", False),
        ("/a.pdf", True),
        ("/a.pdf?x", False),
        ("/%6Eews/a", True),
    ],
)
def test_tdmrep_entry_that_fits_most_octets_decides(path: str, reserved: bool) -> None:
    found = tdmrep_opt_out(json.dumps(ENTRIES).encode(), f"https://site.test{path}")
    assert found == (("tdmrep",) if reserved else ())


def test_tdmrep_reservation_wins_between_equal_locations() -> None:
    entries = [{"location": "/a", "tdm-reservation": value} for value in (0, 1, 0)]
    assert tdmrep_opt_out(json.dumps(entries).encode(), "https://site.test/a") == ("tdmrep",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"null",
        b"[1, null, []]",
        b'[{"location": 1, "tdm-reservation": 1}]',
        b'[{"tdm-reservation": 1}]',
        b'[{"location": "/", "tdm-reservation": {}}]',
        b'[{"location": "/", "tdm-reservation": 1}',
        b"[" * 100_000,
        b"\xff\xfe\xfa",
    ],
)
def test_tdmrep_file_that_is_none_reserves_nothing(body: bytes) -> None:
    assert tdmrep_opt_out(body, "https://site.test/a") == ()


def test_training_is_forbidden_by_all_but_directives_on_search_and_images() -> None:
    names = [
        "robots:GPTBot",
        "header:noai",
        "meta:noai",
        "header:tdm-reservation",
        "meta:tdm-reservation",
        "tdmrep",
    ]
    assert all(is_training_opt_out(name) for name in names)
    others = ["header:noindex", "meta:noindex", "header:noimageai", "meta:noimageai"]
    assert not any(is_training_opt_out(name) for name in others)
