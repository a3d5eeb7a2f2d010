"""Fieldbook: a MediaWiki about the leagues' clubs, grounds and seasons, reached through its action API.

Season articles get a new revision each matchday, clubs and grounds have one for ever. Each matchday brings
one article of rumours, deleted by the next. The category tree has cycles, and ``touched`` says nothing about
changes.
Shapes as MediaWiki 1.43 answers with ``formatversion=2`` (https://www.mediawiki.org/wiki/API:Categorymembers).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote, unquote

from crawlers.simulated_web.answers import Answer, Ask, json_answer, page_answer
from crawlers.simulated_web.page import TEXT, Page, links, paragraphs, table
from crawlers.simulated_web.world import SEASON_START, League, Team, World

SOURCE = "sim-wiki"
HOST = "wiki.fieldbook.test"
BASE = f"http://{HOST}"
NAME = "Fieldbook"
ROBOTS = """User-agent: *
Allow: /w/api.php
Disallow: /w/
Disallow: /w/index.php
Disallow: /wiki/Special:
Disallow: /wiki/Special%3A
Disallow: /wiki/Template:
"""
ROOT = "Sport"
MAIN_SPACE, TEMPLATE_SPACE, CATEGORY_SPACE = 0, 10, 14
MAXLAG_EVERY = 5  # one in so many requests that send maxlag is answered with the error of that name
RETRY_AFTER_S = 1
DEFAULT_LIMIT, MAX_LIMIT = 10, 50  # this wiki's; a larger one asked for is lowered with a warning
PROSE_BEFORE_SEASON = timedelta(days=30)  # clubs and grounds were written so long before the first game


@dataclass(frozen=True)
class Article:
    """One article's newest revision."""

    page_id: int
    title: str
    paragraphs: tuple[str, ...]
    categories: tuple[str, ...]
    revised_at: datetime
    revision: int = 1
    tables: str = ""
    sport: str = "other"
    space: int = MAIN_SPACE

    @property
    def revision_id(self) -> int:
        """The revision's number, unique in the wiki."""
        return self.page_id * 1000 + self.revision

    @property
    def url(self) -> str:
        """Where the article is read."""
        return article_url(self.title)


def article_url(title: str) -> str:
    """Return a title's address, encoded as MediaWiki's ``wfUrlencode`` does."""
    return f"{BASE}/wiki/{quote(title.replace(' ', '_'), safe=';@$!*(),/~:')}"


def build(world: World) -> list[Page]:
    """Return every article, what is deleted, and what robots.txt closes; the API is the desk's."""
    found = list(articles(world))
    pages = [_page(article) for article in found if article.space == MAIN_SPACE]
    closed = [article.url for article in found if article.space != MAIN_SPACE]
    closed += [_index_url(article.title, "history") for article in found[:5]]
    closed += [f"{BASE}/wiki/Special:Random", f"{BASE}/wiki/Special:Search"]
    pages += [Page(url, _frame("Closed", "<p>Not for robots.</p>"), role="disallowed") for url in closed]
    pages += [
        Page(article_url(_rumours_title(day)), b"", role="deleted", kind="reference", status=404)
        for day in range(1, world.matchday)
    ]
    home = Page(f"{BASE}/", _frame(NAME, links([(article_url(NAME), NAME)])), role="navigation")
    return [*pages, home, Page(f"{BASE}/robots.txt", ROBOTS.encode(), TEXT, role="navigation")]


def articles(world: World) -> Iterator[Article]:
    """Return every article of a matchday, and one template that the categories list too."""
    written_at = SEASON_START - PROSE_BEFORE_SEASON
    about = (f"{NAME} is a free encyclopedia of {len(world.leagues)} leagues and their clubs.",)
    yield Article(1, NAME, about, (ROOT,), written_at)
    yield Article(2, "Template:League table", ("A table.",), (ROOT,), written_at, space=TEMPLATE_SPACE)
    yield _rumours(world)
    for league in world.leagues:
        yield _season(league, world)
        for place, team in enumerate(league.teams):
            number = 100 * (league.index + 1) + 2 * place
            yield _club(number, team, league)
            yield _ground(number + 1, team, league)


def category_tree(world: World) -> dict[str, tuple[str, ...]]:
    """Return each category's subcategories; "Seasons" leads back to the root and "Grounds" to itself."""
    tree: dict[str, tuple[str, ...]] = {ROOT: ("Grounds", "Seasons", *(lg.name for lg in world.leagues))}
    for league in world.leagues:
        tree[league.name] = (_clubs(league), f"{league.name} grounds")
        tree[_clubs(league)] = tree[f"{league.name} grounds"] = ()
    return tree | {"Grounds": ("Grounds",), "Seasons": (ROOT,)}


def _clubs(league: League) -> str:
    return f"{league.name} clubs"


def _season_title(league: League) -> str:
    return f"2026–27 {league.name}"


def _rumours_title(day: int) -> str:
    return f"Transfer rumours (week {day})"


def _club(page_id: int, team: Team, league: League) -> Article:
    founded, game = 1870 + page_id % 90, league.sport.replace("_", " ")
    texts = (
        f"The {team.name} are a {game} club from {team.city}, founded in {founded}.",
        f"They play in the {league.name}. Their coach is {team.coach}.",
        f"Their home is {team.venue}, which holds {team.capacity:,}.",
    )
    squad = table("squad", "Current squad", ["No.", "Player"], enumerate(team.squad, 1))
    kept = SEASON_START - PROSE_BEFORE_SEASON
    return Article(page_id, team.name, texts, (_clubs(league),), kept, tables=squad, sport=league.sport)


def _ground(page_id: int, team: Team, league: League) -> Article:
    texts = (
        f"{team.venue} is a sports ground in {team.city}, the home of the {team.name}.",
        f"It has a capacity of {team.capacity:,} and stages games of the {league.name}.",
    )
    categories = ("Grounds", f"{league.name} grounds")
    return Article(
        page_id, team.venue, texts, categories, SEASON_START - PROSE_BEFORE_SEASON, sport=league.sport
    )


def _season(league: League, world: World) -> Article:
    games = world.league_games(league)
    results = [
        (game.matchday, game.home.name, f"{game.home_score}–{game.away_score}", game.away.name)
        for game in games
    ]
    texts = (
        f"The {_season_title(league)} is the current season of the {league.name}.",
        f"{len(games)} games have been played in {world.matchday} weeks.",
    )
    return Article(
        page_id=10 + league.index,
        title=_season_title(league),
        paragraphs=texts,
        categories=("Seasons", league.name),
        revised_at=max(game.starts_at for game in games) + timedelta(hours=6),
        revision=world.matchday,
        tables=table("results", "Results", ["Week", "Home", "Score", "Away"], results),
        sport=league.sport,
    )


def _rumours(world: World) -> Article:
    day, first = world.matchday, world.games_of(world.matchday)[0]
    texts = (f"In week {day} {first.home.squad[0]} was said to be leaving the {first.home.name}.",)
    return Article(1000 + day, _rumours_title(day), texts, (ROOT,), first.starts_at, sport=first.league.sport)


def _page(article: Article) -> Page:
    tools = [(_index_url(article.title, act), act.title()) for act in ("edit", "history")]
    content = f"""<article id="content"><h1 id="firstHeading">{escape(article.title, quote=False)}</h1>
<div class="mw-parser-output">
{paragraphs(article.paragraphs)}
{article.tables}
</div></article>
<div id="p-views">{links(tools)}</div>
<div id="catlinks">{links((article_url(f"Category:{name}"), name) for name in article.categories)}</div>"""
    canonical = f'<link rel="canonical" href="{escape(article.url)}">'
    return Page(
        article.url,
        _frame(article.title, content, canonical),
        kind="reference",
        sport=article.sport,
        published_at=article.revised_at,
    )


def _index_url(title: str, action: str) -> str:
    return f"{BASE}/w/index.php?title={quote(title.replace(' ', '_'))}&action={action}"


def _frame(title: str, content: str, head: str = "") -> bytes:
    nav = links((("/wiki/Special:Random", "Random article"), ("/wiki/Special:Search", "Search")))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>{escape(title)} - {NAME}</title>{head}</head>
<body class="mediawiki"><div id="mw-panel">{nav}</div>
{content}
<div id="footer">Text is available under CC0. {NAME} is simulated.</div>
</body></html>
""".encode()


Member = tuple[int, str, dict[str, object]]  # type rank, sort key, the page as the API tells it


class Desk:
    """The action API, and articles at any spelling of their address."""

    def __init__(self, world: World, pages: Mapping[str, Page]) -> None:
        self._pages, self._lagged = pages, 0
        self._touched_at = world.games_of(world.matchday)[-1].starts_at + timedelta(days=1)
        self._members: dict[str, list[Member]] = {name: [] for name in category_tree(world)}
        for article in articles(world):
            for name in article.categories:
                self._members[name].append((0, article.title.upper(), self._article(article)))
        for name, children in category_tree(world).items():
            for child in children:
                self._members[name].append((1, child.upper(), self._category(child)))
        for members in self._members.values():
            members.sort(key=lambda member: member[:2])

    def answer(self, ask: Ask) -> Answer | None:
        """Return the API's answer, or the article under another percent-encoding of its title."""
        if ask.path == "/w/api.php":
            return self._query(ask.query)
        if ask.path.startswith("/wiki/") and ask.url not in self._pages:
            title = unquote(ask.path.removeprefix("/wiki/")).replace("_", " ")
            return page_answer(self._pages.get(article_url(title)), ask)
        return None

    def _query(self, query: Mapping[str, str]) -> Answer:
        wanted = {"action": "query", "generator": "categorymembers", "format": "json", "formatversion": "2"}
        for name, value in wanted.items():
            if query.get(name) != value:
                return _error(
                    "badvalue", f'Unrecognized value for parameter "{name}": this wiki has {value}.'
                )
        if "maxlag" in query:
            self._lagged += 1
            if self._lagged % MAXLAG_EVERY == 0:
                return _maxlag()
        title = query.get("gcmtitle", "").replace("_", " ")
        if not title.startswith("Category:"):
            return _error("invalidcategory", "The category name you entered is not valid.")
        ranks = {"page": 0, "subcat": 1}
        types = {ranks.get(kind, 2) for kind in query.get("gcmtype", "page|subcat|file").split("|")}
        limit = query.get("gcmlimit", str(DEFAULT_LIMIT)).replace("max", str(MAX_LIMIT))
        if not limit.isdecimal() or int(limit) < 1:
            return _error("badinteger", f'Invalid value "{limit}" for integer parameter "gcmlimit".')
        spaces = query.get("gcmnamespace")
        found = [
            member
            for member in self._members.get(title.removeprefix("Category:"), [])
            if member[0] in types and (spaces is None or str(member[2]["ns"]) in spaces.split("|"))
        ]
        batch = _batch(found, query, min(int(limit), MAX_LIMIT))
        if int(limit) > MAX_LIMIT:
            batch["warnings"] = {"query": {"warnings": f'"gcmlimit" may not be over {MAX_LIMIT}.'}}
        return json_answer(batch)

    def _article(self, article: Article) -> dict[str, object]:
        revision = {
            "revid": article.revision_id,
            "parentid": article.revision_id - 1 if article.revision > 1 else 0,
            "timestamp": _zulu(article.revised_at),
        }
        told = self._told(article.page_id, article.space, article.title, article.revision_id)
        return {**told, "length": sum(map(len, article.paragraphs)), "revisions": [revision]}

    def _category(self, name: str) -> dict[str, object]:
        page_id = 5000 + list(self._members).index(name)
        made = {"revid": page_id * 1000, "parentid": 0, "timestamp": _zulu(SEASON_START)}
        told = self._told(page_id, CATEGORY_SPACE, f"Category:{name}", page_id * 1000)
        return {**told, "length": 0, "revisions": [made]}

    def _told(self, page_id: int, space: int, title: str, revision_id: int) -> dict[str, object]:
        return {
            "pageid": page_id,
            "ns": space,
            "title": title,
            "contentmodel": "wikitext",
            "pagelanguage": "en",
            "touched": _zulu(self._touched_at),
            "lastrevid": revision_id,
            "fullurl": article_url(title),
            "canonicalurl": article_url(title),
        }


def _batch(members: list[Member], query: Mapping[str, str], limit: int) -> dict[str, object]:
    """Return one batch of members as the API does: only the properties asked for, and how to go on."""
    after = query.get("gcmcontinue", "")
    start = next((i for i, member in enumerate(members) if _continuation(member) == after), 0)
    rest = members[start : start + limit]
    answer: dict[str, object] = {}
    if start + limit < len(members):
        answer["continue"] = {
            "gcmcontinue": _continuation(members[start + limit]),
            "continue": "gcmcontinue||",
        }
    else:
        answer["batchcomplete"] = True
    if rest:
        answer["query"] = {"pages": [_properties(told, query) for _, _, told in rest]}
    return answer


def _continuation(member: Member) -> str:
    kind = "page" if member[0] == 0 else "subcat"
    return f"{kind}|{member[1].encode().hex()}|{member[2]['pageid']}"


def _properties(told: Mapping[str, object], query: Mapping[str, str]) -> dict[str, object]:
    properties = query.get("prop", "").split("|")
    names = ["pageid", "ns", "title"]
    if "info" in properties:
        names += ["contentmodel", "pagelanguage", "touched", "lastrevid", "length"]
        names += ["fullurl", "canonicalurl"] if "url" in query.get("inprop", "").split("|") else []
    if "revisions" in properties:
        names.append("revisions")
    return {name: told[name] for name in names}


def _error(code: str, info: str, *headers: tuple[str, str]) -> Answer:
    return json_answer({"error": {"code": code, "info": info}}, ("MediaWiki-API-Error", code), *headers)


def _maxlag() -> Answer:
    lag = ("Retry-After", str(RETRY_AFTER_S)), ("X-Database-Lag", "7")
    return _error("maxlag", "Waiting for a database server: 7 seconds lagged.", *lag)


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
