"""The simulated sites beside the demo's: a wiki, boards, a steady site, traps, and the server of them all."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import itertools
import json
import re
import subprocess
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import brotli  # type: ignore[import-untyped]
import pyarrow as pa
import pytest
from lxml import etree, html

from crawlers.simulated_web import bombs
from crawlers.simulated_web.answers import Answer, Ask, Desk, page_answer
from crawlers.simulated_web.page import Page
from crawlers.simulated_web.sites import api, boards, steady, traps, wiki
from crawlers.simulated_web.web import SITES, SimulatedWeb

NEW_SOURCES = ("sim-wiki", "sim-reddit", "sim-slow", "sim-traps")


def web_of(*sources: str, matchday: int = 2) -> SimulatedWeb:
    """Return some sites of a small world."""
    return SimulatedWeb(7, matchday, sources)


def ask(web: SimulatedWeb, desk: Desk, url: str, **fields: Any) -> Answer:
    """Return what the server would answer."""
    asked = Ask(url, **fields)
    return desk.answer(asked) or page_answer(web.page(url), asked)


def pages_of(web: SimulatedWeb, role: str = "page") -> dict[str, Page]:
    """Return the pages with a role, by URL."""
    return {url: page for url, page in web.pages.items() if page.role == role}


@pytest.mark.parametrize(
    ("seed", "matchday", "digest"),
    [
        (1, 14, "6f8b5e523496c2fb181446c3950788f14d54edeb2bcbb801a8a2cba8ac4c853c"),
        (7, 2, "690f16b97defaaa34751a3a6e55bd941b7ff258e440ad77e08c5ec3e93105b61"),
    ],
)
def test_demo_sites_are_byte_identical_to_those_the_demo_was_tuned_on(
    seed: int, matchday: int, digest: str
) -> None:
    web, found = SimulatedWeb(seed, matchday), hashlib.sha256()
    for url, page in sorted(web.pages.items()):
        facts = [url, web.sources[url], page.role, page.content_type, page.payload_digest, page.kind]
        facts += [page.sport, str(page.published_at), str(page.redirect), str(page.key_needed)]
        found.update("\n".join((*facts, "|".join(page.events))).encode() + b"\0")
    assert found.hexdigest() == digest
    assert all(page.validators == ("ETag", "Last-Modified") for page in web.pages.values())


def test_sources_only_the_named_ones_are_built_and_unknown_names_refused() -> None:
    assert set(web_of("sim-slow").sources.values()) == {"sim-slow"}
    assert set(SimulatedWeb(7, 1).sources.values()) == {"sim-news", "sim-wire", "sim-stats", "sim-api"}
    assert set(SITES) == {"sim-news", "sim-wire", "sim-stats", "sim-api", *NEW_SOURCES}
    with pytest.raises(ValueError, match="'sim-nowhere' is not simulated"):
        web_of("sim-nowhere")


def test_sites_hosts_are_their_own_and_each_has_robots() -> None:
    web = web_of(*SITES)
    for source, site in SITES.items():
        hosts = {urlsplit(url).hostname for url, owner in web.sources.items() if owner == source}
        assert hosts == set(site.hosts)
        assert all(f"http://{host}/robots.txt" in web.pages for host in hosts)


def test_next_matchday_changes_few_pages_of_the_new_sites() -> None:
    before, after = web_of(*NEW_SOURCES, matchday=3), web_of(*NEW_SOURCES, matchday=4)
    changed = Counter(
        before.sources[url]
        for url, page in pages_of(before).items()
        if after.pages[url].role == "page" and after.pages[url].body != page.body
    )
    assert changed["sim-wiki"] == 5  # the seasons
    assert changed["sim-slow"] == 1  # this week's scores
    assert changed["sim-reddit"] == 28  # the week's threads that stay get late comments
    assert changed["sim-traps"] == 0
    gone = {url for url in pages_of(before) if after.pages[url].role == "deleted"}
    assert Counter(before.sources[url] for url in gone) == {"sim-wiki": 1, "sim-reddit": 2}


def test_api_numbered_pages_list_every_game_once_then_nothing() -> None:
    web = web_of("sim-api")
    desk, key = web.desks()[api.HOST], {"x-api-key": api.DEMO_KEY}
    listed: list[str] = []
    for number in itertools.count(1):
        url = f"{api.BASE}/v1/fixtures?page={number}&per_page=25"
        data = json.loads(ask(web, desk, url, headers=key).body)
        if not data["data"]:
            break
        listed += [item["url"] for item in data["data"]]
    assert sorted(listed) == sorted(pages_of(web))
    assert ask(web, desk, f"{api.BASE}/v1/fixtures?page=1").status == 401
    assert ask(web, desk, f"{api.BASE}/v1/fixtures?page=0", headers=key).status == 400


# -- the wiki ---------------------------------------------------------------------------------------------


def category_members(web: SimulatedWeb, desk: Desk, category: str, **more: str) -> Iterator[dict[str, Any]]:
    """Yield a category's members through all batches."""
    query = {
        "action": "query", "generator": "categorymembers", "gcmtitle": f"Category:{category}",
        "gcmlimit": "7", "gcmtype": "page|subcat",
        "prop": "info|revisions", "rvprop": "ids|timestamp", "format": "json",
        "formatversion": "2", **more,
    }  # fmt: skip
    while True:
        data = json.loads(ask(web, desk, f"{wiki.BASE}/w/api.php?{urlencode(query)}").body)
        yield from data.get("query", {}).get("pages", [])
        if "continue" not in data:
            assert data["batchcomplete"] is True
            return
        query |= data["continue"]


def test_wiki_category_walk_finds_every_article_despite_cycles() -> None:
    web = web_of("sim-wiki")
    desk = web.desks()[wiki.HOST]
    seen, waiting, found = {"Sport"}, ["Sport"], {}
    met_again = 0
    while waiting:
        for member in category_members(web, desk, waiting.pop()):
            if member["ns"] == wiki.MAIN_SPACE:
                found[wiki.article_url(member["title"])] = member
            elif member["ns"] == wiki.CATEGORY_SPACE:
                name = member["title"].removeprefix("Category:")
                met_again += name in seen
                waiting += [name] if name not in seen else []
                seen.add(name)
    assert set(found) == set(pages_of(web))
    assert met_again >= 2  # a category in itself, and one that leads back to the root
    for url, member in found.items():
        revision = member["revisions"][0]
        assert revision["revid"] == member["lastrevid"]
        assert revision["timestamp"] == f"{web.pages[url].published_at:%Y-%m-%dT%H:%M:%SZ}"


def test_wiki_next_matchday_gives_new_revisions_to_seasons_only() -> None:
    revisions = []
    for day in (2, 3):
        web = web_of("sim-wiki", matchday=day)
        members = category_members(web, web.desks()[wiki.HOST], "Seasons", gcmtype="page")
        members = itertools.chain(members, category_members(web, web.desks()[wiki.HOST], "Grounds"))
        revisions.append({row["title"]: (row["revisions"][0], row["touched"]) for row in members})
    changed = {title for title in revisions[0] if revisions[0][title][0] != revisions[1][title][0]}
    assert changed == {title for title in revisions[0] if title.startswith("2026–27 ")}
    assert all(revisions[0][title][1] != revisions[1][title][1] for title in revisions[0])


def test_wiki_deleted_article_is_404_and_out_of_the_listing() -> None:
    today, tomorrow = web_of("sim-wiki", matchday=2), web_of("sim-wiki", matchday=3)
    url = wiki.article_url("Transfer rumours (week 2)")
    assert today.pages[url].role == "page"
    desk = tomorrow.desks()[wiki.HOST]
    assert ask(tomorrow, desk, url).status == 404
    titles = [row["title"] for row in category_members(tomorrow, desk, "Sport", gcmtype="page")]
    assert "Transfer rumours (week 2)" not in titles
    assert "Transfer rumours (week 3)" in titles


def test_wiki_maxlag_error_comes_to_those_who_ask_for_it() -> None:
    web = web_of("sim-wiki")
    desk = web.desks()[wiki.HOST]
    url = f"{wiki.BASE}/w/api.php?" + urlencode(
        {"action": "query", "generator": "categorymembers", "gcmtitle": "Category:Sport", "format": "json"}
    )
    answers = [ask(web, desk, f"{url}&formatversion=2&maxlag=5") for _ in range(2 * wiki.MAXLAG_EVERY)]
    lagged = [answer for answer in answers if b"maxlag" in answer.body]
    assert len(lagged) == 2
    assert json.loads(lagged[0].body)["error"]["code"] == "maxlag"
    assert dict(lagged[0].headers)["Retry-After"] == "1"
    assert not any(b"maxlag" in ask(web, desk, f"{url}&formatversion=2").body for _ in range(12))


def test_wiki_article_is_found_under_any_encoding_of_its_title() -> None:
    web = web_of("sim-wiki")
    desk = web.desks()[wiki.HOST]
    url = wiki.article_url("Transfer rumours (week 2)")
    other = url.replace("(", "%28").replace(")", "%29")
    assert other != url
    assert ask(web, desk, other).body == ask(web, desk, url).body == web.pages[url].body


# -- the boards -------------------------------------------------------------------------------------------


class Clock:
    """A clock that tests move."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


def token_of(desk: Desk, secret: str = boards.DEMO_CLIENT_SECRET) -> Answer:
    """Ask for a token with client credentials."""
    pair = base64.b64encode(f"{boards.DEMO_CLIENT_ID}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {pair}"}
    asked = Ask(boards.TOKEN_URL, "POST", headers, b"grant_type=client_credentials")
    answer = desk.answer(asked)
    assert answer
    return answer


def bearer(desk: Desk) -> dict[str, str]:
    """Return the headers of a client with a fresh token."""
    return {"authorization": f"Bearer {json.loads(token_of(desk).body)['access_token']}"}


def threads(web: SimulatedWeb, desk: Desk, clock: Clock) -> dict[str, dict[str, Any]]:
    """Return every listed thread by the URL of its comments, following ``after``."""
    found, headers = {}, bearer(desk)
    for league in web.world.leagues:
        after = ""
        while True:
            clock.now += 0.1
            url = f"{boards.BASE}/r/{league.slug}/new?limit=100&raw_json=1&after={after}"
            listing = json.loads(ask(web, desk, url, headers=headers).body)["data"]
            for child in listing["children"]:
                found[f"{boards.BASE}/comments/{child['data']['id']}?raw_json=1"] = child["data"]
            after = listing["after"]
            if not after:
                break
    return found


def test_boards_listings_lead_to_every_open_thread_newest_first() -> None:
    web, clock = web_of("sim-reddit", matchday=3), Clock()
    desk = boards.Desk(web.world, web.pages, clock)
    found = threads(web, desk, clock)
    assert set(found) == set(pages_of(web))
    for league in web.world.leagues:
        dates = [row["created_utc"] for row in found.values() if row["subreddit"] == league.slug]
        assert dates == sorted(dates, reverse=True)
        assert len(dates) > boards.LISTING_LIMIT
    url, thread = next(iter(found.items()))
    posts, comments = json.loads(web.pages[url].body)
    assert posts["data"]["children"] == [{"kind": "t3", "data": thread}]
    assert sum(row["kind"] == "t1" for row in comments["data"]["children"]) == thread["num_comments"]


def test_boards_token_runs_out_and_another_is_sold() -> None:
    web, clock = web_of("sim-reddit"), Clock()
    desk = boards.Desk(web.world, web.pages, clock)
    url = next(iter(pages_of(web)))
    assert ask(web, desk, url).status == 401
    assert token_of(desk, "wrong").status == 401
    headers, statuses = bearer(desk), []
    for _ in range(boards.TOKEN_REQUESTS + 1):
        clock.now += 0.1
        statuses.append(ask(web, desk, url, headers=headers).status)
    assert statuses == [200] * boards.TOKEN_REQUESTS + [401]
    assert ask(web, desk, url, headers=bearer(desk)).status == 200


def test_boards_window_over_budget_is_429_until_it_ends() -> None:
    web, clock = web_of("sim-reddit"), Clock()
    desk = boards.Desk(web.world, web.pages, clock)
    url, headers = next(iter(pages_of(web))), bearer(desk)
    answers = [ask(web, desk, url, headers=headers) for _ in range(boards.WINDOW_REQUESTS + 1)]
    assert [answer.status for answer in answers] == [200] * boards.WINDOW_REQUESTS + [429]
    told = [float(dict(answer.headers)["X-Ratelimit-Remaining"]) for answer in answers]
    assert told == [*range(boards.WINDOW_REQUESTS - 1, -1, -1), 0]
    assert dict(answers[-1].headers)["X-Ratelimit-Reset"] == "1"
    clock.now += boards.WINDOW_S
    assert ask(web, desk, url, headers=headers).status == 200


def test_boards_threads_removed_or_vanished_by_the_next_matchday() -> None:
    today, web, clock = web_of("sim-reddit"), web_of("sim-reddit", matchday=3), Clock()
    desk = boards.Desk(web.world, web.pages, clock)
    deleted = {url: page for url, page in pages_of(web, "deleted").items() if url in pages_of(today)}
    assert sorted(page.status for page in deleted.values()) == [200, 404]
    assert not set(deleted) & set(threads(web, desk, clock))
    for url, page in deleted.items():
        clock.now += 1
        answer = ask(web, desk, url, headers=bearer(desk))
        assert answer.status == page.status
        if answer.status == 200:
            thread = json.loads(answer.body)[0]["data"]["children"][0]["data"]
            assert (thread["author"], thread["selftext"]) == ("[deleted]", "[removed]")
            assert thread["removed_by_category"]


# -- the steady site --------------------------------------------------------------------------------------


def test_steady_sitemaps_list_every_page_of_both_hosts() -> None:
    web = web_of("sim-slow")
    index = etree.fromstring(web.pages[f"{steady.BASE}/sitemap.xml"].body)
    maps = [etree.fromstring(web.pages[place.text].body) for place in index.iter("{*}loc")]
    listed = {place.text for root in maps for place in root.iter("{*}loc")}
    assert listed == {*pages_of(web), *pages_of(web, "disallowed")}
    assert {urlsplit(url).hostname for url in pages_of(web)} == {steady.HOST, steady.CDN_HOST}


def test_steady_pages_with_opt_outs_show_them_where_they_say() -> None:
    pages = pages_of(web_of("sim-slow"))
    named = {name for page in pages.values() for name in page.opt_outs}
    assert {name.split(":")[0] for name in named} == {"header", "meta", "robots", "tdmrep"}
    for page in pages.values():
        tag = dict(page.headers).get("X-Robots-Tag", "")
        assert ("header:noai" in page.opt_outs) == (tag.startswith("noai"))
        meta = html.document_fromstring(page.body.decode()).xpath('//meta[@name="robots"]/@content')
        assert ("meta:noai" in page.opt_outs) == any("noai" in content for content in meta)


def test_steady_validators_are_missing_wrong_or_right_as_told() -> None:
    web = web_of("sim-slow")
    desk = web.desks()[steady.HOST]
    first, second = (ask(web, desk, steady.CHANGING) for _ in range(2))
    assert first.body == second.body == web.pages[steady.CHANGING].body
    assert first.headers != second.headers
    asked_again = ask(web, desk, steady.CHANGING, headers={"if-none-match": dict(first.headers)["ETag"]})
    assert asked_again.status == 200
    assert ask(web, desk, f"{steady.BASE}/news/no-validators").headers == ()
    dated = f"{steady.BASE}/news/dated-only"
    modified = dict(ask(web, desk, dated).headers)["Last-Modified"]
    assert ask(web, desk, dated, headers={"if-modified-since": modified}).status == 304
    plain = f"{steady.BASE}/news/plain"
    assert ask(web, desk, plain, headers={"if-none-match": web.pages[plain].etag}).status == 304


# -- the traps --------------------------------------------------------------------------------------------


def test_traps_front_page_opens_every_trap_and_every_honest_page() -> None:
    web = web_of("sim-traps")
    tree = html.document_fromstring(web.pages[f"{traps.BASE}/"].body.decode())
    linked = {urljoin(traps.BASE, place) for place in tree.xpath("//a/@href")}
    assert set(pages_of(web)) - linked == {f"{traps.BASE}/story/arrived.html"}  # a redirect leads there
    reached_from_others = re.compile(r"/page/(chain-[2-8]|loop-b|ftp|userinfo|port)\.html$")
    for page in pages_of(web, "trap").values():
        if page.prefix:
            assert page.budget == 0 or any(url.startswith(page.url) for url in linked) or "sid=" in page.url
        elif not reached_from_others.search(page.url):
            assert page.url in linked


def test_traps_each_has_a_budget_and_answers_as_its_name_says() -> None:
    web = web_of("sim-traps")
    desk = web.desks()[traps.HOST]
    for page in pages_of(web, "trap").values():
        assert page.trap
        assert page.budget is not None
        if page.budget and not page.prefix:
            status = ask(web, desk, page.url).status
            assert status == {"redirect": 302, "redirect-loop": 302, "error-500": 500}.get(page.trap, 200)


def test_traps_families_never_end() -> None:
    web = web_of("sim-traps")
    desk = web.desks()[traps.HOST]
    starts = ("/list/calendar/2026/11.html", "/list/deeper/", "/list/session.html")
    for start in starts:
        url, seen = traps.BASE + start, set[str]()
        for _ in range(30):
            assert url not in seen
            seen.add(url)
            tree = html.document_fromstring(ask(web, desk, url).body.decode())
            url = urljoin(url, tree.xpath("//a/@href")[0])
        family = next(page for page in web.pages.values() if page.prefix and url.startswith(page.url))
        assert family.budget == traps.LEVELS


@pytest.mark.parametrize("name", bombs.BOMBS)
def test_bomb_is_small_and_unpacks_to_more_than_the_cap(name: str) -> None:
    size = bombs.UNPACKED_BYTES
    unpack = {
        "gzip": gzip.decompress,
        "brotli": brotli.decompress,
        "deflate": zlib.decompress,
        "raw-deflate": lambda data: zlib.decompress(data, wbits=-15),
        "zstd": lambda data: pa.Codec("zstd").decompress(data, decompressed_size=size, asbytes=True),
        "gzip-in-gzip": lambda data: gzip.decompress(gzip.decompress(data)),
        "brotli-in-gzip": lambda data: brotli.decompress(gzip.decompress(data)),
    }[name]
    packed = bombs.bomb(name)
    assert len(packed) < 100_000
    assert len(unpack(packed)) == size > bombs.CAP_BYTES


def test_billion_laughs_would_unfold_to_a_billion() -> None:
    entities = dict(re.findall(rb'<!ENTITY (\w+) "([^"]*)">', traps.billion_laughs()))
    total = 1
    name = b"lol9"
    while (value := entities[name]) != b"lol":
        references = re.findall(rb"&(\w+);", value)
        total *= len(references)
        (name,) = set(references)
    assert total == 10**9


def test_hard_listings_are_as_large_as_they_say() -> None:
    assert traps.many_links().count(b"<a href") == 50_000
    assert traps.deep_nest().count(b"<div>") == traps.NEST_DEPTH
    assert len(traps.LONG_PATH) > 2048


# -- the server -------------------------------------------------------------------------------------------


@dataclass
class Served:
    """A simulated web served by another process."""

    port: int
    log: Path

    def get(self, url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, url, headers={"Host": urlsplit(url).netloc, **headers})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def open(self, url: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Return an answer whose body has not been read; the caller closes the connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", url, headers={"Host": urlsplit(url).netloc})
        return connection, connection.getresponse()

    def logged(self, url: str) -> list[list[str]]:
        """Return the log's lines about a URL, in fields; waits for the first."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            lines = [line.split(" ", 3) for line in self.log.read_text().splitlines()]
            found = [line for line in lines if line[3] == url]
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(f"nothing about {url} in the log")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the new sites of a small world."""
    log = tmp_path_factory.mktemp("served") / "asked.txt"
    command = [sys.executable, "-m", "crawlers.simulated_web", "serve", "--seed", "7", "--matchday", "2"]
    process = subprocess.Popen(
        [*command, "--log", str(log), "--sources", *NEW_SOURCES], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield Served(int(process.stdout.readline().rsplit(":", 1)[1]), log)
    finally:
        process.terminate()
        process.wait(10)


def test_server_log_line_has_seconds_status_bytes_and_url(served: Served) -> None:
    url, before = f"{steady.BASE}/news/plain", time.monotonic()
    status, headers, body = served.get(url)
    seconds, logged_status, num_bytes, _ = served.logged(url)[-1]
    assert (logged_status, num_bytes) == (str(status), str(len(body))) == ("200", str(len(body)))
    assert before <= float(seconds) <= time.monotonic()
    assert served.get(url, **{"If-None-Match": headers["ETag"]})[::2] == (304, b"")
    assert served.logged(url)[-1][1:3] == ["304", "0"]


def test_server_headers_of_pages_and_methods_are_sent(served: Served) -> None:
    assert served.get(f"{steady.BASE}/news/header-noai")[1]["X-Robots-Tag"] == "noai, noimageai"
    assert served.get(f"{steady.BASE}/news/plain", "PUT")[0] == 405
    status, _, body = served.get(f"{steady.BASE}/news/plain", "HEAD")
    assert (status, body) == (200, b"")
    assert served.get(boards.TOKEN_URL, "POST")[0] == 401


def test_server_drip_sends_a_byte_at_a_time_for_ever(served: Served) -> None:
    connection, response = served.open(f"{traps.BASE}/page/drip.html")
    began = time.monotonic()
    assert [response.read(1) for _ in range(3)] == [b"."] * 3
    assert time.monotonic() - began > traps.DRIP_S
    connection.close()
    assert int(served.logged(f"{traps.BASE}/page/drip.html")[0][2]) < 10


def test_server_endless_body_goes_on_past_the_cap_and_stops_with_the_client(served: Served) -> None:
    connection, response = served.open(f"{traps.BASE}/page/endless.html")
    assert response.getheader("Content-Length") is None
    num_read = 0
    while num_read <= bombs.CAP_BYTES:
        num_read += len(response.read(2**20))
    response.close()
    connection.close()
    assert bombs.CAP_BYTES < int(served.logged(f"{traps.BASE}/page/endless.html")[0][2]) < 64 * 2**20


def test_server_oversized_bodies_have_their_length_or_none(served: Served) -> None:
    status, headers, body = served.get(f"{traps.BASE}/page/oversized-declared.html")
    assert (status, headers["Content-Length"]) == (200, str(bombs.UNPACKED_BYTES))
    assert len(body) == bombs.UNPACKED_BYTES
    assert "Content-Length" not in served.get(f"{traps.BASE}/page/oversized.html")[1]


def test_server_truncated_body_ends_before_its_length(served: Served) -> None:
    connection, response = served.open(f"{traps.BASE}/page/truncated.html")
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_server_redirect_to_loopback_names_its_own_port(served: Served) -> None:
    status, headers, _ = served.get(traps.BASE + traps.TO_LOOPBACK)
    assert (status, headers["Location"]) == (302, f"http://127.0.0.1:{served.port}/internal")


def test_server_unavailable_page_recovers_after_one_503(served: Served) -> None:
    url = f"{traps.BASE}/story/recovers.html"
    status, headers, _ = served.get(url)
    assert (status, headers["Retry-After"]) == (503, "1")
    assert served.get(url)[0] == 200


def test_server_packed_answers_say_how(served: Served) -> None:
    for name, (encoding, _) in bombs.BOMBS.items():
        status, headers, body = served.get(f"{traps.BASE}/page/bomb-{name}.html")
        assert (status, headers["Content-Encoding"], body) == (200, encoding, bombs.bomb(name))
