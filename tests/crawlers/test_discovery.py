from __future__ import annotations

import contextlib
import gzip
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.catalog import ApiShape, CategoryWalk, Scope, Source, load_catalog
from crawlers.discovery import (
    Found,
    UnreadableListingError,
    api_links,
    clean_url,
    entry_points,
    feed_links,
    is_deleted,
    mediawiki_links,
    reddit_links,
    section_links,
    sitemap_links,
    tables_links,
)
from crawlers.discovery.found import moment

BASE = "http://a.test/x/"
RECORDED = Path(__file__).parents[3] / "shared/data/web/pages.warc.gz"
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> http://a.test/1 </loc><lastmod>2026-11-01</lastmod></url>
<url><loc>http://a.test/2#top</loc></url></urlset>"""


# -- addresses and dates


@pytest.mark.parametrize(
    ("place", "cleaned"),
    [
        ("HTTP://A.Test:80", "http://a.test/"),
        ("https://a.test:443/b", "https://a.test/b"),
        ("http://a.test:8080/b", "http://a.test:8080/b"),
        ("http://a.test/b/../../c/./d", "http://a.test/c/d"),
        ("http://a.test/b/..", "http://a.test/"),
        ("http://a.test/b/.", "http://a.test/b/"),
        ("/a..b/.c", "http://a.test/a..b/.c"),
        (" ../y?q=1#z\n", "http://a.test/y?q=1"),
        ("?page=2", "http://a.test/x/?page=2"),
        ("//B.test", "http://b.test/"),
        ("/S\u00e3o Paulo", "http://a.test/S%C3%A3o%20Paulo"),
        ("/S%C3%A3o?a=%20&b[]=1", "http://a.test/S%C3%A3o?a=%20&b[]=1"),
        ("http://m\u00fcnchen.test/", "http://xn--mnchen-3ya.test/"),
        ("http://u:p@A.test/", "http://u:p@a.test/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("mailto:x@a.test", "mailto:x@a.test"),
        ("http://[bad/", "http://[bad/"),
        ("http://a.test:port/", "http://a.test:port/"),
    ],
)
def test_address_has_one_spelling(place: str, cleaned: str) -> None:
    assert clean_url(place, BASE) == cleaned
    assert clean_url(cleaned, BASE) == cleaned


@pytest.mark.parametrize(
    ("place", "cleaned"),
    [
        ("/b?utm_source=x&id=1&UTM_Medium=y", "http://a.test/b?id=1"),
        ("/b?sid=9", "http://a.test/b"),
        ("/b?side=9&&c", "http://a.test/b?side=9&&c"),
        ("/b;sid=9;v=1?x=1", "http://a.test/b;v=1?x=1"),
    ],
)
def test_address_loses_the_parameters_a_source_drops(place: str, cleaned: str) -> None:
    assert clean_url(place, BASE, ("utm_*", "sid")) == cleaned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02", "2026-11-02"),
        ("2026-11", "2026-11"),
        ("2026-11-02T10:00:00+01:00", "2026-11-02T09:00:00Z"),
        ("2026-11-02T10:00:00.25Z", "2026-11-02T10:00:00Z"),
        ("2026-11-02T10:00Z", "2026-11-02T10:00:00Z"),
        ("2026-11-02 10:00:00", "2026-11-02T10:00:00Z"),
        ("Mon, 02 Nov 2026 10:00:00 EST", "2026-11-02T15:00:00Z"),
        ("Mon, 02 Nov 2026 10:00:00 -0000", "2026-11-02T10:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("0000-00-00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_moment_reads_the_dates_of_listings(text: str, expected: str) -> None:
    assert moment(text) == expected


# -- sitemaps


def test_sitemap_pages_carry_their_lastmod() -> None:
    assert sitemap_links(SITEMAP, BASE).pages == {"http://a.test/1": "2026-11-01", "http://a.test/2": ""}
    packed = gzip.compress(SITEMAP[:60]) + gzip.compress(SITEMAP[60:])
    assert sitemap_links(packed, BASE) == sitemap_links(SITEMAP, BASE)


def test_sitemap_index_leads_to_sitemaps_only_and_not_to_itself() -> None:
    body = (
        b"<sitemapindex><sitemap><loc>http://a.test/s.xml</loc><lastmod>2026-11-03</lastmod></sitemap>"
        b"<sitemap><loc>http://a.test/x/</loc></sitemap></sitemapindex>"
    )
    found = sitemap_links(body, BASE)
    assert (found.navigation, found.pages) == ({"http://a.test/s.xml": "2026-11-03"}, {})


def test_sitemap_news_without_lastmod_has_its_publication_date() -> None:
    body = (
        b'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://a.test/1</loc>'
        b"<n:news><n:publication_date>2026-11-02T10:00:00Z</n:publication_date></n:news></url>"
        b"<url><loc>http://a.test/2</loc><lastmod>2026-11-04</lastmod>"
        b"<news:news><news:publication_date>2026-11-01</news:publication_date></news:news></url></urlset>"
    )
    assert sitemap_links(body, BASE).pages == {
        "http://a.test/1": "2026-11-02T10:00:00Z",
        "http://a.test/2": "2026-11-04",
    }


def test_sitemap_may_have_a_wrong_namespace_or_be_text_or_a_feed() -> None:
    wrong = SITEMAP.replace(b"www.sitemaps.org/schemas/sitemap/0.9", b"www.google.com/schemas/sitemap/0.84")
    assert sitemap_links(wrong, BASE) == sitemap_links(SITEMAP, BASE)
    text = b"\xef\xbb\xbfhttp://a.test/1\r\n\r\nhttp://a.test/2?utm_id=1\nnot an address\n"
    assert list(sitemap_links(text, BASE, ["utm_*"]).pages) == ["http://a.test/1", "http://a.test/2"]
    feed = b"<rss><channel><item><link>/3</link></item></channel></rss>"
    assert list(sitemap_links(feed, BASE).pages) == ["http://a.test/3"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml at all",
        gzip.compress(SITEMAP)[:40],
        gzip.compress(b" " * (17 * 2**20)),
        b"<html><a href='/1'>not found</a></html>",
        b"\x1f\x8b\x08",
    ],
)
def test_sitemap_unreadable_is_named(body: bytes) -> None:
    with pytest.raises(UnreadableListingError, match=r"a\.test"):
        sitemap_links(body, BASE)


LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
LOCATED = b"]><urlset><url><loc>http://a.test/%s</loc></url></urlset>"


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/hostname">' + LOCATED % b"&e;",
        b'<!DOCTYPE u [<!ENTITY l0 "x">' + LAUGHS + LOCATED % b"&l9;",
    ],
)
def test_sitemap_of_entities_within_entities_or_files_is_refused(body: bytes) -> None:
    began = time.process_time()
    with pytest.raises(UnreadableListingError, match="entities"):
        sitemap_links(body, BASE)
    assert time.process_time() - began < 1


def test_sitemap_address_with_an_entity_is_left() -> None:
    assert sitemap_links(b'<!DOCTYPE u [<!ENTITY nbsp "&#160;">' + LOCATED % b"&nbsp;", BASE) == Found()
    assert list(sitemap_links(b"<!DOCTYPE u [" + LOCATED % b"?a=1&amp;b=2", BASE).pages) == [
        "http://a.test/?a=1&b=2"
    ]


def test_sitemap_links_of_other_schemes_are_left() -> None:
    body = b"<urlset><url><loc>file:///etc/passwd</loc></url><url><loc>javascript:x()</loc></url></urlset>"
    assert sitemap_links(body, BASE) == Found()


# -- feeds


def test_feed_atom_and_rss_items_and_next_page() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/f?page=2"/>'
        b'<entry><link rel="edit" href="/no"/><link href="/1"/><updated>2026-11-02</updated></entry></feed>'
    )
    found = feed_links(atom, BASE)
    assert (found.navigation, found.pages) == (
        {"http://a.test/f?page=2": ""},
        {"http://a.test/1": "2026-11-02"},
    )
    rss = b"""<rss><channel><link>http://a.test/</link><item><link>http://a.test/2</link>
        <pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>
        <item><guid>http://a.test/3</guid></item><item><guid isPermaLink="false">http://a.test/4</guid></item>
        <item><title>no link</title></item></channel></rss>"""
    assert feed_links(rss, BASE).pages == {"http://a.test/2": "2026-11-02T10:00:00Z", "http://a.test/3": ""}


def test_feed_rdf_items_have_dublin_core_dates() -> None:
    rdf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><items/></channel>
        <item rdf:about="http://a.test/1"><dc:date>2026-11-02T10:00:00+02:00</dc:date></item>
        <item rdf:about="http://a.test/no"><link>http://a.test/2</link></item></rdf:RDF>"""
    assert feed_links(rdf, BASE).pages == {"http://a.test/1": "2026-11-02T08:00:00Z", "http://a.test/2": ""}


def test_feed_links_are_joined_to_xml_base() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://b.test/news/"><entry xml:base="today/">'
        b'<link href="1"/></entry><entry><link href="2"/></entry></feed>'
    )
    assert list(feed_links(atom, BASE).pages) == ["http://b.test/news/today/1", "http://b.test/news/2"]


def test_feed_whose_next_page_is_itself_has_none() -> None:
    body = b'<feed><link rel="next" href="http://a.test/x/"/><link rel="prev-archive" href="/old"/></feed>'
    assert feed_links(body, BASE).navigation == {"http://a.test/old": ""}


def test_feed_names_deleted_entries() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
        <at:deleted-entry ref="http://a.test/gone" when="2026-11-02T10:00:00Z"/>
        <at:deleted-entry ref="urn:uuid:1" when="2026-11-02T10:00:00Z"/></feed>"""
    assert feed_links(body, BASE).deleted == ["http://a.test/gone"]


def test_feed_that_is_a_page_is_unreadable() -> None:
    with pytest.raises(UnreadableListingError, match="feed begins with"):
        feed_links(b"<html><body>Gone</body></html>", BASE)


# -- pages

SCOPE = Scope(hosts=("a.test",), pages=("/box/",), navigation=("/league/",), max_depth=5)


def test_section_links_are_sorted_by_scope() -> None:
    body = b"""<a href="/box/1#notes">1</a><a href="../league/2">2</a><a href="http://b.test/box/3">3</a>
    <a href="mailto:x@a.test">4</a><a>5</a><a href="http://[bad/box/">6</a><!-- <a href="/box/9">9</a> -->
    <a href="ftp://a.test/box/7">7</a><link rel="next" href="/league/8">
    <link rel="alternate" href="/box/8">"""
    found = section_links(body, BASE, SCOPE)
    assert list(found.pages) == ["http://a.test/box/1"]
    assert list(found.navigation) == ["http://a.test/league/2", "http://a.test/league/8"]


def test_section_links_are_joined_to_the_base_element() -> None:
    body = b'<head><base href="/league/deep/"></head><a href="../box/1">1</a>'
    assert list(section_links(body, BASE, SCOPE).pages) == ["http://a.test/league/box/1"]


def test_section_nofollow_is_respected() -> None:
    body = b'<a rel="external NoFollow" href="/box/1">1</a><a href="/box/2">2</a>'
    assert list(section_links(body, BASE, SCOPE).pages) == ["http://a.test/box/2"]
    for links in (section_links, tables_links):
        assert links(b'<meta name="Robots" content="index, NOFOLLOW">' + body, BASE, SCOPE) == Found()


def test_tables_in_comments_are_read_by_tables_only() -> None:
    body = b"""<base href="/x/y/"><a href="/box/1">1</a><div><!-- <table><tr><td><a href="../box/2">2</a>
        <a rel=nofollow href="/box/3">3</a></td></tr></table> --></div><!-- href of nothing -->"""
    assert list(tables_links(body, BASE, SCOPE).pages) == ["http://a.test/box/1", "http://a.test/x/box/2"]
    assert list(section_links(body, BASE, SCOPE).pages) == ["http://a.test/box/1"]


@pytest.mark.parametrize("body", [b"", b" \n", b"\x00\xff\xfe", b"{}"])
def test_section_without_links_leads_nowhere(body: bytes) -> None:
    assert section_links(body, BASE, SCOPE) == tables_links(body, BASE, SCOPE) == Found()


def test_section_without_an_element_is_named() -> None:
    with pytest.raises(UnreadableListingError, match=r"a\.test"):
        section_links(b"<!-- -->", BASE, SCOPE)


def test_section_nested_ten_thousand_deep_is_survived() -> None:
    body = b"<a href='/box/1'>1</a>" + b"<div>" * 10_000 + b"</div>" * 10_000
    assert list(tables_links(body, BASE, SCOPE).pages) == ["http://a.test/box/1"]


def test_section_of_fifty_thousand_links_is_read_in_seconds() -> None:
    body = b"".join(b'<a href="/box/../box/%d?utm_source=x#a">1</a>' % number for number in range(50_000))
    began = time.process_time()
    assert len(section_links(body, BASE, SCOPE).pages) == 50_000
    assert time.process_time() - began < 10  # takes about one; a quadratic reader takes minutes


# -- APIs


def test_api_listing_gives_items_and_cursor() -> None:
    shapes = [ApiShape(items="data", item_url="url", next_cursor="next", cursor_parameter="cursor")]
    body = b'{"data": [{"url": "/1"}, {"no": 1}, 5], "next": "a b"}'
    found = api_links(body, "http://a.test/g?cursor=old&limit=2", shapes)
    assert found.pages == {"http://a.test/1": ""}
    assert list(found.navigation) == ["http://a.test/g?limit=2&cursor=a+b"]
    assert api_links(b'{"data": [], "next": null}', BASE, shapes) == Found()
    for broken in (b"[]", b"{", b'{"data": null}', b"[" * 100_000):
        with pytest.raises(UnreadableListingError):
            api_links(broken, BASE, shapes)


def test_api_dotted_paths_templates_and_dates() -> None:
    shape = ApiShape(
        items="response.results",
        item_url="games/{game.id}?season={season}",
        item_date="dates.0.changed",
        next_cursor="meta.next",
        cursor_parameter="after",
    )
    games = [
        {"game": {"id": 7}, "season": "2026/27", "dates": [{"changed": "2026-11-02T10:00:00Z"}]},
        {"game": {"id": "x"}, "season": None},
        {"game": None},
    ]
    body = json.dumps({"response": {"results": games}, "meta": {"next": 90}}).encode()
    found = api_links(body, "http://a.test/v1/list", [shape])
    assert found.pages == {"http://a.test/v1/games/7?season=2026%2F27": "2026-11-02T10:00:00Z"}
    assert list(found.navigation) == ["http://a.test/v1/list?after=90"]


@pytest.mark.parametrize(
    ("paging", "url", "following"),
    [
        ({"page_parameter": "page"}, "http://a.test/g?per=2", ["http://a.test/g?per=2&page=2"]),
        ({"page_parameter": "p", "first_page": 0}, "http://a.test/g", ["http://a.test/g?p=1"]),
        ({"page_parameter": "page"}, "http://a.test/g?page=9&per=2", ["http://a.test/g?per=2&page=10"]),
        ({"offset_parameter": "skip"}, "http://a.test/g?skip=4", ["http://a.test/g?skip=6"]),
        ({}, "http://a.test/g", []),
    ],
)
def test_api_pages_follow_until_one_is_empty(paging: dict[str, str], url: str, following: list[str]) -> None:
    shape = ApiShape.model_validate({"item_url": "url", **paging})
    assert list(api_links(b'[{"url": "/1"}, {"url": "/2"}]', url, [shape]).navigation) == following
    assert api_links(b"[]", url, [shape]) == Found()


def test_api_listing_that_is_the_document_is_stored_unless_empty() -> None:
    shapes = [ApiShape(listing="/board", items="events", store_listings=True)]
    assert list(api_links(b'{"events": [{"id": 1}]}', "http://a.test/board", shapes).pages) == [
        "http://a.test/board"
    ]
    assert api_links(b'{"events": []}', "http://a.test/board", shapes) == Found()
    with pytest.raises(UnreadableListingError, match="listing"):
        api_links(b'{"events": []}', "http://a.test/other", shapes)


def test_api_halves_of_surrogate_pairs_do_not_stop_a_listing() -> None:
    shapes = [ApiShape(items="data", item_url="g/{id}", next_cursor="next", cursor_parameter="c")]
    found = api_links(
        rb'{"data": [{"id": "a\uD800"}, {"id": "\ud83c\udfc0"}], "next": "\uDC00"}', BASE, shapes
    )
    assert list(found.pages) == ["http://a.test/x/g/a%3F", "http://a.test/x/g/%F0%9F%8F%80"]
    assert list(found.navigation) == ["http://a.test/x/?c=%3F"]


# -- where a crawl begins

AS_OF = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


def source(**changes: object) -> Source:
    return Source.model_validate(load_catalog()["sim-api"].model_dump() | changes)


def test_entry_points_stand_for_the_days_before_the_crawl() -> None:
    dated = source(entry_points=["http://api.scoreline.test/g?d={day:%Y%m%d}"], days_back=2)
    assert entry_points(dated, AS_OF) == [
        "http://api.scoreline.test/g?d=20260228",
        "http://api.scoreline.test/g?d=20260227",
    ]
    assert entry_points(source(), AS_OF) == list(source().entry_points)


# -- MediaWiki

WALK = CategoryWalk(categories=("Football",), max_depth=2)


def answer(**parts: object) -> bytes:
    return json.dumps({"batchcomplete": True, **parts}).encode()


def wiki_source() -> Source:
    entry = load_catalog()["sim-api"].model_dump() | {"access": "mediawiki", "api": [], "auth": None}
    entry["entry_points"] = ["http://api.scoreline.test/w/api.php"]
    return Source.model_validate(entry | {"mediawiki": WALK.model_dump()})


def test_mediawiki_walk_begins_at_its_categories() -> None:
    (url,) = entry_points(wiki_source(), AS_OF)
    assert url.startswith("http://api.scoreline.test/w/api.php?action=query&generator=categorymembers&")
    assert "gcmtitle=Category%3AFootball" in url
    assert "formatversion=2" in url


def test_mediawiki_articles_carry_their_revisions_moment() -> None:
    pages = [
        {
            "ns": 0,
            "title": "S\u00e3o Paulo FC (2026)",
            "revisions": [{"revid": 5, "timestamp": "2026-11-02T10:00:00Z"}],
        },
        {"ns": 0, "title": "B/C & D?", "touched": "2026-11-01T00:00:00Z"},
        {"ns": 0, "title": "Lost", "missing": True},
        {"ns": 1, "title": "Talk:B"},
    ]
    found = mediawiki_links(answer(query={"pages": pages}), "http://w.test/w/api.php?x=1", WALK)
    assert found.pages == {
        "http://w.test/wiki/S%C3%A3o_Paulo_FC_(2026)": "2026-11-02T10:00:00Z",
        "http://w.test/wiki/B/C_%26_D%3F": "",
    }
    assert found.deleted == ["http://w.test/wiki/Lost"]


def walked(tree: dict[str, list[str]], walk: CategoryWalk) -> list[str]:
    """Follow subcategories of a wiki given as a tree; return the categories in the order they were listed."""
    level = entry_points(wiki_source().model_copy(update={"mediawiki": walk}), AS_OF)
    listed = []
    while level:
        following: dict[str, str] = {}
        for url in level:
            title = url.split("gcmtitle=Category%3A")[1].split("#")[0].split("&")[0]
            listed.append(title)
            pages = [{"ns": 14, "title": f"Category:{name}"} for name in tree[title]]
            following |= mediawiki_links(answer(query={"pages": pages}), url, walk).navigation
        level = list(following)
    return listed


def test_mediawiki_walk_ends_at_its_depth_and_in_cycles() -> None:
    tree = {"Football": ["A", "Football"], "A": ["B", "A", "Football"], "B": ["C", "A"], "C": []}
    assert walked(tree, WALK) == ["Football", "A", "B"]
    assert walked(tree, WALK.model_copy(update={"max_depth": 0})) == ["Football"]
    endless = walked(tree, WALK.model_copy(update={"max_depth": 6}))
    assert (set(endless), len(endless) < 20) == ({"Football", "A", "B", "C"}, True)


def test_mediawiki_continuation_keeps_the_query_and_the_depth() -> None:
    body = answer(**{"continue": {"gcmcontinue": "page|1|2", "continue": "gcmcontinue||"}})
    (url,) = mediawiki_links(
        body, "http://w.test/w/api.php?action=query&gcmcontinue=old#depth=1", WALK
    ).navigation
    assert (
        url
        == "http://w.test/w/api.php?action=query&gcmcontinue=page%7C1%7C2&continue=gcmcontinue%7C%7C#depth=1"
    )


def test_mediawiki_lag_says_when_to_ask_again_and_other_errors_do_not() -> None:
    for code, wait_s in (("maxlag", 5.0), ("badvalue", None)):
        with pytest.raises(UnreadableListingError, match=code) as error:
            mediawiki_links(answer(error={"code": code, "info": "x"}), BASE, WALK)
        assert error.value.retry_after_s == wait_s
    with pytest.raises(UnreadableListingError) as error:
        mediawiki_links(answer(error={"code": "maxlag"}), BASE, WALK, retry_after_s=1.0)
    assert error.value.retry_after_s == 1.0
    for broken in (b"[]", b"<html>", answer(query={"pages": 5})):
        with pytest.raises(UnreadableListingError):
            mediawiki_links(broken, BASE, WALK)


# -- Reddit

REDDIT = "https://oauth.boards.test/r/football/new?limit=100&raw_json=1"


def listing(*things: dict[str, object], kind: str = "t3", after: str | None = None) -> bytes:
    children = [{"kind": kind, "data": thing} for thing in things]
    return json.dumps({"kind": "Listing", "data": {"children": children, "after": after}}).encode()


def test_reddit_threads_carry_when_they_were_written_or_edited() -> None:
    body = listing(
        {"id": "a1", "created_utc": 1793613600.0, "edited": False},
        {"id": "b2", "created_utc": 1793613600.0, "edited": 1793617200.0},
        {"id": "../x", "created_utc": 1793613600.0},
        after="t3_b2",
    )
    found = reddit_links(body, REDDIT)
    assert found.pages == {
        "https://oauth.boards.test/comments/a1?raw_json=1": "2026-11-02T10:00:00Z",
        "https://oauth.boards.test/comments/b2?raw_json=1": "2026-11-02T11:00:00Z",
    }
    assert list(found.navigation) == [f"{REDDIT}&after=t3_b2"]


def test_reddit_deleted_threads_are_named_and_not_pages() -> None:
    body = listing(
        {"id": "a1", "author": "[deleted]", "selftext": "[removed]"},
        {"id": "b2", "removed_by_category": "moderator"},
    )
    found = reddit_links(body, REDDIT)
    assert (found.pages, len(found.deleted)) == ({}, 2)


def test_reddit_comments_lead_to_their_threads() -> None:
    found = reddit_links(listing({"id": "c", "link_id": "t3_a1"}, {"id": "d"}, kind="t1"), REDDIT)
    assert list(found.pages) == ["https://oauth.boards.test/comments/a1?raw_json=1"]


@pytest.mark.parametrize(
    ("thread", "deleted"),
    [
        ({"author": "[deleted]", "selftext": "[removed]"}, True),
        ({"author": "[deleted]", "selftext": "[deleted]"}, True),
        ({"author": "x", "selftext": "[removed]", "removed_by_category": "moderator"}, True),
        ({"author": "[deleted]", "selftext": "A thread whose author left the site."}, False),
        ({"author": "x", "selftext": "text", "removed_by_category": None}, False),
    ],
)
def test_reddit_thread_fetched_again_is_known_as_deleted(thread: dict[str, object], deleted: bool) -> None:
    comments = listing({"author": "[deleted]", "body": "[removed]"}, kind="t1")
    assert is_deleted(b"[" + listing(thread) + b"," + comments + b"]") is deleted


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[[]]", b"null", b'[{"data": {"children": [5]}}]'])
def test_reddit_page_of_another_shape_is_no_listing_and_no_deletion(body: bytes) -> None:
    assert not is_deleted(body)
    with pytest.raises(UnreadableListingError):
        reddit_links(body, REDDIT)


# -- recorded


@pytest.mark.shared_data
@pytest.mark.skipif(not RECORDED.exists(), reason="no ../shared/data beside the checkout")
def test_recorded_listings_of_pilot_sources_are_read() -> None:
    from warcio.archiveiterator import ArchiveIterator

    tables = load_catalog()["basketball-reference"].scope
    threads, links = {}, {}
    with RECORDED.open("rb") as stream:
        for record in ArchiveIterator(stream):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            body = record.content_stream().read() if record.rec_type == "response" else b""
            if url.startswith("https://oauth.reddit.com/r/"):
                threads[url] = reddit_links(body, url)
            elif url.startswith("https://www.basketball-reference.com/") and body:
                links[url] = (tables_links(body, url, tables), section_links(body, url, tables))
    assert threads
    assert all(len(found.pages) > 20 and found.navigation for found in threads.values())
    assert links
    for both, plain in links.values():
        assert both.pages.keys() >= plain.pages.keys()
    assert any(len(both.pages) > len(plain.pages) for both, plain in links.values())


# -- whatever strangers send

SAMPLES = (
    SITEMAP,
    b'<feed xml:base="http://[bad/"><entry><link href="/1"/><updated>2026-11-02</updated></entry></feed>',
    b"<rss><item><link>/1</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item></rss>",
    b'<base href="http://[bad/"><a href="/box/1">1</a><!-- <a href="/league/2">2</a> --><meta name="robots">',
    listing({"id": "a1", "created_utc": 1793613600.0, "edited": 1e300}, after="t3_a1"),
    answer(query={"pages": [{"ns": 0, "title": "A", "revisions": [{"timestamp": "2026-11-02T10:00:00Z"}]}]}),
    b'{"data": [{"url": "/1", "id": 7}], "next": "b"}',
)
SHAPE = ApiShape(items="data", item_url="{url}", item_date="id", next_cursor="next", cursor_parameter="c")


@settings(max_examples=300, deadline=None)
@given(
    sample=st.sampled_from(SAMPLES),
    start=st.integers(0, 250),
    length=st.integers(0, 20),
    put=st.one_of(
        st.binary(max_size=8), st.sampled_from([b"null", b"[", b"http://[", b"&x;", b'"\\ud800"', b"1e999"])
    ),
)
def test_damaged_listings_are_read_or_refused(sample: bytes, start: int, length: int, put: bytes) -> None:
    body = sample[:start] + put + sample[start + length :]
    for read in (
        lambda: sitemap_links(body, BASE),
        lambda: feed_links(body, BASE),
        lambda: tables_links(body, BASE, SCOPE),
        lambda: api_links(body, BASE, [SHAPE]),
        lambda: mediawiki_links(body, BASE + "#depth=0", WALK),
        lambda: reddit_links(body, REDDIT),
    ):
        with contextlib.suppress(UnreadableListingError):
            found = read()
            assert all(
                url == clean_url(url, BASE) or "#depth=" in url for url in (*found.pages, *found.navigation)
            )
    assert is_deleted(body) in (True, False)


@given(text=st.text(max_size=40))
def test_moment_of_any_text_is_a_date_or_nothing(text: str) -> None:
    assert moment(text) == "" or re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\dZ)?)?)?", moment(text))
