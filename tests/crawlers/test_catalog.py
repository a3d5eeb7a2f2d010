from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawlers.catalog import CATALOG_PATH, CatalogError, Politeness, Scope, Source, load_catalog


def write(folder: Path, name: str = "sim-news", **changes: object) -> Path:
    """Write the committed catalogue with fields of one entry changed; None removes a field."""
    data = yaml.safe_load(CATALOG_PATH.read_text())
    place = [entry["id"] for entry in data["sources"]].index(name)
    entry = data["sources"][place] | changes
    data["sources"][place] = {key: value for key, value in entry.items() if value is not None}
    path = folder / "catalog.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_catalog_committed_loads_and_its_sources_are_open() -> None:
    catalog = load_catalog()
    assert {"sim-news", "sim-wire", "sim-stats", "sim-api"} <= set(catalog)
    assert all(source.is_open for source in catalog.values() if source.simulated)


@pytest.mark.parametrize(
    ("changes", "needle"),
    [
        ({"kind": "gossip"}, "entry sim-news: field kind"),
        ({"licence": None}, "entry sim-news: field licence"),
        ({"colour": "red"}, "entry sim-news: field colour"),
        ({"politeness": {"delay_s": -1}}, "entry sim-news: field politeness.delay_s"),
        ({"scope": {"hosts": ["www.dailypitch.test"], "pages": ["("]}}, "entry sim-news: field scope.pages"),
        ({"entry_points": ["http://elsewhere.test/"]}, "entry sim-news: entry_points"),
        ({"simulated": False}, "entry sim-news: scope.hosts"),
        ({"access": "api"}, "entry sim-news: api"),
        ({"access": "mediawiki"}, "entry sim-news: mediawiki"),
        ({"access": "reddit"}, "entry sim-news: oauth"),
        ({"governed_by": "api-terms"}, "entry sim-news: governed_by"),
        ({"days_back": 3}, "entry sim-news: days_back"),
        ({"entry_points": ["http://www.dailypitch.test/{day:%Y}"]}, "entry sim-news: days_back"),
        (
            {"entry_points": ["http://www.dailypitch.test/{month}"], "days_back": 1},
            "entry sim-news: entry_points",
        ),
        ({"budget": {"pages": 0}}, "entry sim-news: field budget.pages"),
        ({"budget": {"minutes": 5}}, "entry sim-news: field budget.minutes"),
        ({"revisit": {"min_hours": 48}}, "entry sim-news: field revisit"),
        ({"politeness": {"delay_s": 90}}, "entry sim-news: field politeness"),
        (
            {"scope": {"hosts": ["www.dailypitch.test"], "pages": ["/"], "drop_parameters": ["*id"]}},
            "entry sim-news: field scope.drop_parameters",
        ),
        ({"id": "sim-wire"}, "two entries are called 'sim-wire'"),
    ],
)
def test_catalog_wrong_entry_is_named_with_its_field(
    tmp_path: Path, changes: dict[str, object], needle: str
) -> None:
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path, **changes))
    assert needle in str(error.value)
    assert "\n" not in str(error.value)


OAUTH = {"token_url": "https://www.reddit.com/t", "id_env": "A", "secret_env": "B"}


@pytest.mark.parametrize(
    ("name", "changes", "needle"),
    [
        ("sim-api", {"api": [{"items": "data"}]}, "field api.0"),
        ("sim-api", {"api": [{"item_url": "u", "next_cursor": "n"}]}, "field api.0"),
        (
            "sim-api",
            {"api": [{"item_url": "u", "page_parameter": "p", "offset_parameter": "o"}]},
            "page_parameter and offset_parameter",
        ),
        ("reddit-nba", {"auth": {"header": "X-Key", "env": "KEY"}}, "auth: contradicts oauth"),
        ("reddit-nba", {"oauth": OAUTH | {"token_url": "http://www.reddit.com/t"}}, "oauth.token_url"),
        ("reddit-nba", {"oauth": OAUTH | {"token_url": "https://www.boards.test/t"}}, "oauth.token_url"),
        ("nfl", {"politeness": {"delay_s": 5, "concurrency": 2}}, "politeness.concurrency"),
        ("nfl", {"politeness": {"delay_s": 0}}, "politeness.delay_s"),
        ("nfl", {"terms": "All rights reserved."}, "terms: "),
        ("wikipedia-sports", {"mediawiki": None}, "mediawiki: "),
    ],
)
def test_catalog_contradictions_are_named(
    tmp_path: Path, name: str, changes: dict[str, object], needle: str
) -> None:
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path, name, **changes))
    assert f"entry {name}: " in str(error.value)
    assert needle in str(error.value)


PILOTS = {
    "bbc-sport": "sitemap",
    "guardian-sport": "section",
    "espn": "api",
    "basketball-reference": "tables",
    "nfl": "sitemap",
    "wikipedia-sports": "mediawiki",
    "reddit-nba": "reddit",
    "balldontlie": "api",
}


def test_catalog_pilots_are_off_unless_their_licence_is_open() -> None:
    catalog = load_catalog()
    assert {name: catalog[name].access for name in PILOTS} == PILOTS
    assert [name for name in PILOTS if catalog[name].is_open] == ["wikipedia-sports"]
    assert not any(catalog[name].simulated for name in PILOTS)
    for name in PILOTS:
        assert catalog[name].training.allowed == (catalog[name].licence != "proprietary"), name


def test_catalog_real_sources_and_fields_are_documented() -> None:
    text = (Path(__file__).parents[2] / "docs/sources.md").read_text(encoding="utf-8")
    names = [name for name, source in load_catalog().items() if not source.simulated]
    fields = {*Source.model_fields, *Politeness.model_fields, *Scope.model_fields} - {
        "concurrency",
        "simulated",
    }
    assert [word for word in (*names, *sorted(fields)) if word not in text] == []


@pytest.mark.parametrize(
    ("name", "url", "is_page"),
    [
        ("bbc-sport", "https://www.bbc.com/sport/football/articles/c0l1yz0r6x4o", True),
        ("bbc-sport", "https://www.bbc.co.uk/sport/0/tennis/26377433", True),
        ("bbc-sport", "https://www.bbc.com/news/newsbeat-50470672", False),
        ("guardian-sport", "https://www.theguardian.com/football/2019/nov/18/harry-kane-england", True),
        ("guardian-sport", "https://www.theguardian.com/sport/live/2024/aug/05/olympics-day-10", True),
        ("guardian-sport", "https://www.theguardian.com/environment/2019/jan/03/what-is-the-sea", False),
        (
            "espn",
            "https://site.api.espn.com/apis/site/v2/sports/football/nfl/scoreboard?dates=20240908",
            True,
        ),
        ("espn", "https://www.espn.com/nba/story/_/id/39286375/a-title", True),
        ("basketball-reference", "https://www.basketball-reference.com/boxscores/202002220UTA.html", True),
        ("basketball-reference", "https://www.basketball-reference.com/leagues/NBA_2019_totals.html", True),
        (
            "basketball-reference",
            "https://www.basketball-reference.com/players/y/youngtr01/gamelog/2019",
            False,
        ),
        ("wikipedia-sports", "https://en.wikipedia.org/wiki/2:10_marathon", True),
        ("wikipedia-sports", "https://en.wikipedia.org/wiki/Template_talk:Infobox", False),
        (
            "reddit-nba",
            "https://oauth.reddit.com/comments/fo7p5b/?limit=2048&sort=confidence&raw_json=1",
            True,
        ),
        ("reddit-nba", "https://oauth.reddit.com/user/AutoModerator/comments", False),
        ("balldontlie", "https://api.balldontlie.io/v1/games?per_page=100", True),
        ("nfl", "https://www.nfl.com/news/who-won", True),
        ("nfl", "ftp://www.nfl.com/news/who-won", False),
    ],
)
def test_catalog_pilot_scopes_tell_pages_from_others(name: str, url: str, is_page: bool) -> None:
    assert load_catalog()[name].scope.is_page(url) is is_page


def test_catalog_api_terms_govern_the_api_and_robots_the_articles() -> None:
    wiki, forum, site = (load_catalog()[name] for name in ("wikipedia-sports", "reddit-nba", "espn"))
    assert not wiki.obeys_robots_at("https://en.wikipedia.org/w/api.php?action=query")
    assert wiki.obeys_robots_at("https://en.wikipedia.org/wiki/Football")
    assert wiki.obeys_robots_at("https://en.wikipedia.org/w/index.php")
    assert not forum.obeys_robots_at("https://oauth.reddit.com/comments/a1")
    assert site.obeys_robots_at("https://site.api.espn.com/apis/site/v2/sports/football/nfl/scoreboard")


def test_catalog_malformed_yaml_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_text("sources: [\n")
    with pytest.raises(CatalogError, match=r"catalog\.yaml cannot be read") as error:
        load_catalog(path)
    assert "\n" not in str(error.value)


def test_catalog_sport_comes_from_the_path() -> None:
    source = load_catalog()["sim-news"]
    assert source.sport_of("http://www.dailypitch.test/ice-hockey/2026/a") == "ice_hockey"
    assert source.sport_of("http://www.dailypitch.test/about") == "other"


def test_catalog_sport_words_of_a_source_come_first() -> None:
    source = load_catalog()["espn"]
    api = "https://site.api.espn.com/apis/site/v2/sports"
    assert source.sport_of(f"{api}/football/nfl/scoreboard") == "american_football"
    assert source.sport_of(f"{api}/soccer/eng.1/scoreboard") == "football"
    assert source.sport_of("https://www.espn.com/nhl/story/_/id/1") == "ice_hockey"
