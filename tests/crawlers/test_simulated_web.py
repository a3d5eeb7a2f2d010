"""The simulation against itself: the same world every time, true facts, copies near, other games far."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter

import pytest
from lxml import html

from crawlers.simulated_web.page import Page
from crawlers.simulated_web.web import SimulatedWeb
from crawlers.simulated_web.world import World


@pytest.fixture(scope="module")
def web() -> SimulatedWeb:
    """Return the demo's world."""
    return SimulatedWeb(1, 14)


def story(page: Page) -> str:
    """Return an article's heading and paragraphs, as an extraction would."""
    article = html.document_fromstring(page.body.decode()).find(".//article")
    return " ".join(node.text_content() for node in article.iter("h1", "h3", "p"))


def shingles(page: Page) -> set[tuple[str, ...]]:
    """Return the word 5-grams of a story."""
    words = re.findall(r"\w+", story(page).lower())
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Return the exact Jaccard similarity of two sets."""
    return len(one & other) / len(one | other)


def test_world_same_seed_gives_the_same_bytes_and_another_seed_others(web: SimulatedWeb) -> None:
    again = SimulatedWeb(1, 14)
    assert {url: page.body for url, page in web.pages.items()} == {
        url: p.body for url, p in again.pages.items()
    }
    assert {g.home.name for g in World(1, 1).games}.isdisjoint({g.home.name for g in World(2, 1).games})


def test_world_next_matchday_keeps_every_old_article(web: SimulatedWeb) -> None:
    later = SimulatedWeb(1, 15)
    changed = {
        url for url, page in web.pages.items() if page.role == "page" and later.pages[url].body != page.body
    }
    assert all("/teams/" in url or url.endswith("/standings.html") for url in changed)
    assert len(changed) == 60 + 5
    assert [g.record() for g in later.world.games[: len(web.world.games)]] == [
        g.record() for g in web.world.games
    ]


def test_world_has_enough_games_and_varied_results(web: SimulatedWeb) -> None:
    records = [game.record() for game in web.world.games]
    assert len(records) == 420
    assert len({r["id"] for r in records}) == 420
    for day, games in itertools.groupby(web.world.games, key=lambda g: g.matchday):
        teams = Counter(team.name for game in games for team in (game.home, game.away))
        assert len(teams) == 60, day
        assert set(teams.values()) == {1}, day
    draws = Counter(r["sport"] for r in records if r["winner"] is None)
    assert set(draws) == {"football"}
    assert 5 <= draws["football"] <= 40
    margins = [abs(int(str(r["home_score"])) - int(str(r["away_score"]))) for r in records]
    assert margins.count(1) > 40
    assert max(margins) > 25
    assert 0.4 < sum(r["winner"] == r["home"] for r in records) / 420 < 0.75
    assert len({r["top_scorer"] for r in records}) > 150


def test_world_records_agree_with_themselves(web: SimulatedWeb) -> None:
    for game in web.world.games:
        record = game.record()
        assert [sum(side) for side in zip(*game.period_scores, strict=True)] == [
            game.home_score,
            game.away_score,
        ]
        if game.winner:
            assert max(game.home_score, game.away_score) == (
                game.home_score if record["winner"] == record["home"] else game.away_score
            )
        assert record["top_scorer_points"] == max(points for _, _, points in game.tallies)
        assert game.attendance <= game.home.capacity


def test_reports_tell_the_truth_and_are_short(web: SimulatedWeb) -> None:
    games = {game.id: game for game in web.world.games}
    reports = [p for p in web.pages.values() if "-report-" in p.url and p.role == "page"]
    assert len(reports) == 420
    for page in reports:
        game, text = games[page.events[0]], story(page)
        assert game.score in text
        for fact in (
            game.home.nickname,
            game.away.nickname,
            game.home.venue,
            f"{game.attendance:,}",
            game.tallies[0][0],
        ):
            assert fact in text, page.url
        assert 70 <= len(text.split()) <= 180


def test_pages_carry_their_events_as_linked_data(web: SimulatedWeb) -> None:
    pages = [
        p
        for p in web.pages.values()
        if p.role == "page" and p.events and p.content_type.startswith("text/html")
    ]
    for page in random.Random(0).sample(pages, 200):
        script = re.search(r'<script type="application/ld\+json">(.*?)</script>', page.body.decode())
        assert script
        graph = json.loads(script.group(1))["@graph"]
        assert [n["identifier"] for n in graph if n["@type"] == "SportsEvent"] == list(page.events)


def test_statistics_tables_hide_in_comments(web: SimulatedWeb) -> None:
    page = next(p for p in web.pages.values() if "/boxscores/" in p.url)
    text = page.body.decode()
    assert "<table" not in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    assert '<table id="line_score">' in text


def test_copies_are_near_and_other_games_are_far(web: SimulatedWeb) -> None:
    pages = web.pages
    near = [p for p in pages.values() if p.copy == "near"]
    exact = [p for p in pages.values() if p.copy == "exact"]
    assert len(near) > 60
    assert len(exact) > 15
    for page in near:
        assert 0.7 < jaccard(shingles(page), shingles(pages[str(page.copy_of)])) < 1
    for page in exact:
        assert story(page) == story(pages[str(page.copy_of)])
        assert page.body != pages[str(page.copy_of)].body
    stories = [p for p in pages.values() if p.role == "page" and p.kind == "news" and p.copy is None]
    sets = [shingles(page) for page in random.Random(1).sample(stories, 300)]
    assert max(jaccard(a, b) for a, b in itertools.combinations(sets, 2)) < 0.6


def test_related_links_do_not_give_results_away(web: SimulatedWeb) -> None:
    articles = [p for p in web.pages.values() if p.role == "page" and "dailypitch" in p.url]
    links = [a for p in articles for a in html.document_fromstring(p.body.decode()).findall(".//aside//a")]
    assert len(links) > 1000
    assert not [a for a in links if re.search(r"\d+-\d+| beat | win| lose", a.text_content())]


def test_world_impossible_matchday_is_refused() -> None:
    with pytest.raises(ValueError, match="matchday 0 is outside"):
        World(1, 0)
