"""Walks through the categories of a MediaWiki (API:Categorymembers as a generator, formatversion 2).

The API says which articles there are and when each was last revised; they are then read as pages. How deep
a category lies is kept in its URL's fragment, which is never sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urldefrag, urljoin, urlsplit

from crawlers.catalog import CategoryWalk
from crawlers.discovery.addresses import with_parameters
from crawlers.discovery.found import Found, UnreadableListingError, moment, read_json

ARTICLE, CATEGORY = 0, 14  # namespaces
TITLE_SAFE = ";@$!*(),/~:"  # what MediaWiki's own links leave unquoted
BUSY = frozenset({"maxlag", "ratelimited", "readonly"})
MAX_LAG_S = 5  # API:Etiquette: ask only while replicas lag less, and wait at least as long
QUERY = {
    "action": "query",
    "generator": "categorymembers",
    "gcmtype": "page|subcat",
    "gcmlimit": "500",
    "prop": "info|revisions",
    "rvprop": "ids|timestamp",
    "format": "json",
    "formatversion": "2",
    "maxlag": str(MAX_LAG_S),
}


def category_url(api_url: str, category: str, depth: int) -> str:
    """Return the listing of a category's members; ``category`` is its title without "Category:"."""
    return with_parameters(api_url, {**QUERY, "gcmtitle": f"Category:{category}"}) + f"#depth={depth}"


def mediawiki_links(body: bytes, url: str, walk: CategoryWalk, retry_after_s: float | None = None) -> Found:
    """Return a category's articles with the moment of their revision, its subcategories and its next page.

    Subcategories end at ``walk.max_depth``; the category itself and those the walk starts from are not
    entered again, which cuts most cycles short. A title the wiki calls missing is deleted. ``touched`` is not
    read: it says nothing of a revision.

    Args:
        body: the API's answer.
        url: its address, as ``category_url`` makes it.
        walk: which categories, how deep, and where articles are read.
        retry_after_s: what the answer's Retry-After says.

    Raises:
        UnreadableListingError: for an error of the API; with ``retry_after_s`` where it is busy.
    """
    data = read_json(body, url)
    if not isinstance(data, dict):
        raise UnreadableListingError(f"{url}: not an answer of MediaWiki's API")
    _check_error(data.get("error"), url, retry_after_s)
    found, depth, entered = Found(), _depth(url, walk), {*walk.categories, _category(url)}
    for page in _pages(data, url):
        title, namespace = str(page["title"]), page.get("ns")
        if namespace == ARTICLE:
            _add_article(found, page, _article_url(url, walk, title))
        elif namespace == CATEGORY and depth < walk.max_depth:
            category = title.partition(":")[2]
            if category not in entered:
                found.navigation[category_url(_api_url(url), category, depth + 1)] = ""
    following = data.get("continue")
    if isinstance(following, dict) and following:
        values = {str(name): str(value) for name, value in following.items()}
        found.navigation[with_parameters(url, values)] = ""
    return found


def _add_article(found: Found, page: dict[str, Any], address: str) -> None:
    if page.get("missing"):
        found.deleted.append(address)
        return
    revisions = page.get("revisions")
    revision = revisions[0] if isinstance(revisions, list) and revisions else {}
    revised_at = revision.get("timestamp") if isinstance(revision, dict) else None
    found.add_page(address, moment(str(revised_at or "")))


def _check_error(error: object, url: str, retry_after_s: float | None) -> None:
    if not isinstance(error, dict):
        return
    code = str(error.get("code"))
    wait_s = (MAX_LAG_S if retry_after_s is None else retry_after_s) if code in BUSY else None
    raise UnreadableListingError(f"{url}: MediaWiki answers {code}: {error.get('info', '')}", wait_s)


def _pages(data: dict[str, Any], url: str) -> Iterator[dict[str, Any]]:
    """Yield the pages of an answer; one of format version 1 has them by id. An empty category has none."""
    query = data.get("query", {})
    pages = query.get("pages", []) if isinstance(query, dict) else None
    pages = list(pages.values()) if isinstance(pages, dict) else pages
    if not isinstance(pages, list):
        raise UnreadableListingError(f"{url}: no list under 'query.pages'")
    yield from (page for page in pages if isinstance(page, dict) and "title" in page)


def _article_url(url: str, walk: CategoryWalk, title: str) -> str:
    return urljoin(url, walk.article_path + quote(title.replace(" ", "_"), safe=TITLE_SAFE))


def _category(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("gcmtitle", [""])[-1].partition(":")[2].replace("_", " ")


def _api_url(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _depth(url: str, walk: CategoryWalk) -> int:
    """Return how deep a category lies; the deepest where the URL does not say."""
    value = urldefrag(url).fragment.removeprefix("depth=")
    return int(value) if value.isdecimal() else walk.max_depth
