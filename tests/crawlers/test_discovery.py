from __future__ import annotations

import gzip

import pytest

from crawlers.catalog import ApiShape, Scope
from crawlers.discovery import UnreadableListingError, api_links, feed_links, section_links, sitemap_links
from crawlers.frontier import KnownPage, crawl_order

BASE = "http://a.test/x/"
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> http://a.test/1 </loc><lastmod>2026-11-01</lastmod></url>
<url><loc>http://a.test/2#top</loc></url></urlset>"""


def test_sitemap_pages_carry_their_lastmod() -> None:
    assert sitemap_links(SITEMAP, BASE).pages == {"http://a.test/1": "2026-11-01", "http://a.test/2": ""}
    assert (
        sitemap_links(gzip.compress(SITEMAP), BASE).pages.keys() == sitemap_links(SITEMAP, BASE).pages.keys()
    )


def test_sitemap_index_leads_to_sitemaps_only() -> None:
    body = b"<sitemapindex><sitemap><loc>http://a.test/s.xml</loc></sitemap></sitemapindex>"
    found = sitemap_links(body, BASE)
    assert (found.navigation, found.pages) == (["http://a.test/s.xml"], {})


@pytest.mark.parametrize("body", [b"", b"not xml at all", gzip.compress(SITEMAP)[:40]])
def test_sitemap_unreadable_is_named(body: bytes) -> None:
    with pytest.raises(UnreadableListingError, match=r"a\.test"):
        sitemap_links(body, BASE)


def test_sitemap_external_entities_are_not_read() -> None:
    body = (
        b'<!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/hostname">]><urlset><url><loc>&e;</loc></url></urlset>'
    )
    assert sitemap_links(body, BASE).pages == {}


def test_feed_atom_and_rss_items_and_next_page() -> None:
    atom = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/f?page=2"/>'
        b'<entry><link rel="edit" href="/no"/><link href="/1"/><updated>2026-11-02</updated></entry></feed>'
    )
    found = feed_links(atom, BASE)
    assert (found.navigation, found.pages) == (["http://a.test/f?page=2"], {"http://a.test/1": "2026-11-02"})
    rss = (
        b"<rss><channel><link>http://a.test/</link><item><link>http://a.test/2</link></item></channel></rss>"
    )
    assert feed_links(rss, BASE).pages == {"http://a.test/2": ""}


def test_section_links_are_sorted_by_scope() -> None:
    scope = Scope(hosts=("a.test",), pages=("/box/",), navigation=("/league/",), max_depth=5)
    body = b"""<a href="/box/1#notes">1</a><a href="../league/2">2</a><a href="http://b.test/box/3">3</a>
    <a href="mailto:x@a.test">4</a><a>5</a><a href="http://[bad/box/">6</a><!-- <a href="/box/9">9</a> -->"""
    found = section_links(body, BASE, scope)
    assert (found.pages, found.navigation) == ({"http://a.test/box/1": ""}, ["http://a.test/league/2"])


def test_api_listing_gives_items_and_cursor() -> None:
    shape = ApiShape(items="data", item_url="url", next_cursor="next", cursor_parameter="cursor")
    body = b'{"data": [{"url": "/1"}, {"no": 1}, 5], "next": "a b"}'
    found = api_links(body, "http://a.test/g?cursor=old&limit=2", shape)
    assert found.pages == {"http://a.test/1": ""}
    assert found.navigation == ["http://a.test/g?limit=2&cursor=a+b"]
    for broken in (b"[]", b"{", b'{"data": null}'):
        with pytest.raises(UnreadableListingError):
            api_links(broken, BASE, shape)


def test_crawl_order_prefers_unseen_then_new_then_url() -> None:
    pages = {"b": "2026-11-02", "a": "2026-11-02", "c": "2026-11-03", "d": "", "e": "2026-11-09"}
    assert crawl_order(pages, {"e": KnownPage("sha1:x", None, None)}) == ["c", "a", "b", "d", "e"]
