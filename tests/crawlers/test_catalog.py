from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import typer.main
import yaml

from crawlers.catalog import (
    SOURCES_FOLDER,
    CatalogError,
    Politeness,
    Scope,
    Source,
    Sport,
    Training,
    load_catalog,
)
from crawlers.fetch import Fetched
from crawlers.spiders import SPIDERS

DOCS = Path(__file__).parents[2] / "docs/sources.md"
SIMULATED = ("simulated", "sim-news")

# The sources the project is about, in the groups and the order it lists them.
LISTED = {
    "news": "espn bbc-sport the-athletic bleacher-report sports-illustrated yahoo-sports cbs-sports "
    "nbc-sports fox-sports sky-sports guardian-sport deadspin",
    "statistics": "espn-stats basketball-reference baseball-reference pro-football-reference "
    "hockey-reference fbref transfermarkt stathead sports-reference",
    "leagues": "nfl nba mlb nhl fifa uefa premier-league la-liga serie-a bundesliga atp-tour wta pga-tour "
    "ufc wwe formula-1 olympics",
    "fantasy": "espn-fantasy yahoo-fantasy fantasypros rotowire draftkings fanduel odds-shark action-network",
    "reference": "wikipedia-sports wikimedia-commons",
    "community": "reddit-sports reddit-nfl reddit-nba reddit-soccer",
    "apis": "espn-api sportsdata-io api-football sportradar thesportsdb balldontlie",
    "bulk": "common-crawl fineweb wikipedia-dump openfootball",
}


def write(folder: Path, where: tuple[str, str] = SIMULATED, **changes: object) -> Path:
    """Write one committed file with fields of one entry changed, None removing a field; return its folder."""
    file, name = where
    data = yaml.safe_load((SOURCES_FOLDER / f"{file}.yaml").read_text(encoding="utf-8"))
    place = [entry["id"] for entry in data["sources"]].index(name)
    entry = data["sources"][place] | changes
    data["sources"][place] = {key: value for key, value in entry.items() if value is not None}
    (folder / f"{file}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


def test_catalog_committed_loads_and_its_simulated_sources_are_open() -> None:
    catalog = load_catalog()
    assert {"sim-news", "sim-wire", "sim-stats", "sim-api"} <= set(catalog)
    assert all(source.is_open for source in catalog.values() if source.simulated)


@pytest.mark.parametrize("group", LISTED)
def test_catalog_has_every_listed_source_in_its_group_and_order(group: str) -> None:
    data = yaml.safe_load((SOURCES_FOLDER / f"{group}.yaml").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in data["sources"]] == LISTED[group].split()


def test_catalog_files_are_read_in_the_order_of_their_names() -> None:
    groups = sorted(LISTED)
    real = [name for name, source in load_catalog().items() if not source.simulated]
    assert real == [name for group in groups for name in LISTED[group].split()]


def test_catalog_each_sport_is_served_by_three_crawled_sources() -> None:
    served = Counter(
        sport
        for source in load_catalog().values()
        if source.is_crawled and not source.simulated
        for sport in source.sports
    )
    sports = set(get_args(Sport)) - {"other"}
    assert len(sports) == 10
    assert {sport: served[sport] for sport in sports if served[sport] < 3} == {}


def test_catalog_imported_sources_say_a_command_that_the_command_line_takes() -> None:
    from flows.cli.main import app

    command = typer.main.get_command(app).commands["import"]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    for source in load_catalog().values():
        if not source.is_crawled:
            words = shlex.split(source.how)
            assert [word for word in words if word.startswith("--") and word not in options] == [], source.id
            assert words[words.index("--source") + 1] == source.id
            assert words[words.index("--license") + 1] == source.licence


@pytest.mark.parametrize(
    ("changes", "needle"),
    [
        ({"kind": "gossip"}, "entry sim-news: field kind"),
        ({"terms": None}, "entry sim-news: field terms"),
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
        ({"entry_points": None}, "entry sim-news: entry_points: needed"),
        ({"scope": {"hosts": ["www.dailypitch.test"]}}, "entry sim-news: scope.pages: needed"),
        ({"how": "sportslm import x"}, "entry sim-news: how: needed with access 'import' and only then"),
        ({"training": {"verdict": "maybe", "why": "x"}}, "entry sim-news: field training.verdict"),
        ({"training": {"verdict": False, "why": "x"}}, 'write "yes" or "no" in quotes'),
    ],
)
def test_catalog_wrong_entry_is_named_with_its_field(
    tmp_path: Path, changes: dict[str, object], needle: str
) -> None:
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path, SIMULATED, **changes))
    assert needle in str(error.value)
    assert "\n" not in str(error.value)


OAUTH = {"token_url": "https://www.reddit.com/t", "id_env": "A", "secret_env": "B"}
REDDIT, NFL, DUMP = ("community", "reddit-nba"), ("leagues", "nfl"), ("bulk", "wikipedia-dump")
API = ("simulated", "sim-api")


@pytest.mark.parametrize(
    ("where", "changes", "needle"),
    [
        (API, {"api": [{"items": "data"}]}, "field api.0"),
        (API, {"api": [{"item_url": "u", "next_cursor": "n"}]}, "field api.0"),
        (
            API,
            {"api": [{"item_url": "u", "page_parameter": "p", "offset_parameter": "o"}]},
            "page_parameter and offset_parameter",
        ),
        (REDDIT, {"auth": {"header": "X-Key", "env": "KEY"}}, "auth: contradicts oauth"),
        (REDDIT, {"oauth": OAUTH | {"token_url": "http://www.reddit.com/t"}}, "oauth.token_url"),
        (REDDIT, {"oauth": OAUTH | {"token_url": "https://www.boards.test/t"}}, "oauth.token_url"),
        (NFL, {"politeness": {"delay_s": 5, "concurrency": 2}}, "politeness.concurrency"),
        (NFL, {"politeness": {"delay_s": 0}}, "politeness.delay_s"),
        (NFL, {"terms": "All rights reserved."}, "terms: "),
        (("reference", "wikipedia-sports"), {"mediawiki": None}, "mediawiki: "),
        (DUMP, {"how": None}, "how: needed with access 'import'"),
        (DUMP, {"how": "wget it"}, "how: begins with 'sportslm import '"),
        (DUMP, {"budget": {"pages": 5}}, "budget: has no effect with access 'import'"),
        (DUMP, {"entry_points": ["https://dumps.wikimedia.org/"]}, "entry_points: has no effect"),
    ],
)
def test_catalog_contradictions_are_named_with_file_and_entry(
    tmp_path: Path, where: tuple[str, str], changes: dict[str, object], needle: str
) -> None:
    with pytest.raises(CatalogError) as error:
        load_catalog(write(tmp_path, where, **changes))
    assert f"{where[0]}.yaml: entry {where[1]}: " in str(error.value)
    assert needle in str(error.value)


def test_catalog_same_id_in_two_files_names_both(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, NFL, id="sim-wire", entry_points=["https://www.nfl.com/sitemap.xml"])
    with pytest.raises(CatalogError, match=r"simulated\.yaml and leagues\.yaml: two entries are called"):
        load_catalog(tmp_path)


def test_catalog_folder_without_entries_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=re.escape(str(tmp_path))):
        load_catalog(tmp_path)
    (tmp_path / "empty.yaml").write_text("sources: []\n")
    with pytest.raises(CatalogError, match=r"empty\.yaml needs a non-empty list"):
        load_catalog(tmp_path)


def test_catalog_sources_are_off_unless_their_licence_is_open_and_training_is_allowed() -> None:
    real = {name: source for name, source in load_catalog().items() if not source.simulated}
    assert {name for name, source in real.items() if source.is_open} == {
        "wikipedia-sports",
        "wikimedia-commons",
        "wikipedia-dump",
        "openfootball",
    }
    for name, source in real.items():
        if source.licence == "proprietary":
            assert source.training.verdict != "yes", name
    wiki = real["wikipedia-sports"]
    for verdict in ("no", "ask"):
        training = Training.model_validate({"verdict": verdict, "why": "x"})
        assert not wiki.model_copy(update={"training": training}).is_open


def test_catalog_table_of_the_documentation_says_what_the_entries_say() -> None:
    rows = [
        line.strip("|").split("|") for line in DOCS.read_text(encoding="utf-8").splitlines() if "|" in line
    ]
    table = {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in rows}
    example = (DOCS.parents[1] / ".env.example").read_text(encoding="utf-8")
    for source in load_catalog().values():
        if source.simulated:
            continue
        variables = [source.auth.env] if source.auth else []
        variables += [source.oauth.id_env, source.oauth.secret_env] if source.oauth else []
        assert [name for name in variables if f"#{name}=" not in example] == []
        quota = source.politeness.quota_per_day
        pace = f"{source.politeness.delay_s:g} s" + (f", {quota} a day" if quota else "")
        assert table[source.id] == [
            source.access,
            source.licence,
            source.training.verdict,
            pace if source.is_crawled else "",
            ", ".join(f"`{name}`" for name in variables),
        ]


def test_catalog_counts_are_the_documented_ones() -> None:
    real = [source for source in load_catalog().values() if source.is_crawled and not source.simulated]
    verified = sum(source.verified != "never" for source in real)
    assert f"{len(real)} catalogued, {verified} verified" in DOCS.read_text(encoding="utf-8")
    assert len(real) == 58


def test_source_added_as_documented_is_crawled_by_its_spider(tmp_path: Path) -> None:
    block = re.search(
        r"```yaml\n(# crawlers/sources/\S+\nsources:\n.*?)```", DOCS.read_text("utf-8"), re.DOTALL
    )
    assert block, "docs/sources.md shows a new source as a YAML file"
    (tmp_path / "mine.yaml").write_text(block[1], encoding="utf-8")
    assert block[1].count("\n") <= 12
    (source,) = load_catalog(tmp_path).values()
    (listing,) = source.entry_points
    page, other = f"{source.url}news/ours-win", f"{source.url}shop/scarf"
    body = f"<urlset><url><loc>{page}</loc></url><url><loc>{other}</loc></url></urlset>".encode()
    spider: Any = SimpleNamespace(source=source)
    found = SPIDERS[source.access].links(spider, Fetched(listing, "allowed", "", 200, (), body))
    assert [url for url in found.pages if source.scope.is_page(url)] == [page]
    assert not source.is_open


def test_catalog_real_sources_and_fields_are_documented() -> None:
    text = DOCS.read_text(encoding="utf-8")
    names = [name for name, source in load_catalog().items() if not source.simulated]
    fields = {*Source.model_fields, *Politeness.model_fields, *Scope.model_fields} - {
        "concurrency",
        "simulated",
    }
    assert [name for name in names if f"`{name}`" not in text] == []
    assert [field for field in sorted(fields) if not re.search(rf"\b{field}\b", text)] == []


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
            "espn-api",
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
def test_catalog_scopes_tell_pages_from_others(name: str, url: str, is_page: bool) -> None:
    assert load_catalog()[name].scope.is_page(url) is is_page


def test_catalog_api_terms_govern_the_api_and_robots_the_articles() -> None:
    wiki, forum, site = (load_catalog()[name] for name in ("wikipedia-sports", "reddit-nba", "espn-api"))
    assert not wiki.obeys_robots_at("https://en.wikipedia.org/w/api.php?action=query")
    assert wiki.obeys_robots_at("https://en.wikipedia.org/wiki/Football")
    assert wiki.obeys_robots_at("https://en.wikipedia.org/w/index.php")
    assert not forum.obeys_robots_at("https://oauth.reddit.com/comments/a1")
    assert site.obeys_robots_at("https://site.api.espn.com/apis/site/v2/sports/football/nfl/scoreboard")


def test_catalog_malformed_yaml_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("sources: [\n")
    with pytest.raises(CatalogError, match=r"mine\.yaml cannot be read") as error:
        load_catalog(tmp_path)
    assert "\n" not in str(error.value)


def test_catalog_sport_comes_from_the_path() -> None:
    source = load_catalog()["sim-news"]
    assert source.sport_of("http://www.dailypitch.test/ice-hockey/2026/a") == "ice_hockey"
    assert source.sport_of("http://www.dailypitch.test/about") == "other"


def test_catalog_sport_words_of_a_source_come_first() -> None:
    source = load_catalog()["espn-api"]
    api = "https://site.api.espn.com/apis/site/v2/sports"
    assert source.sport_of(f"{api}/football/nfl/scoreboard") == "american_football"
    assert source.sport_of(f"{api}/soccer/eng.1/scoreboard") == "football"
    assert source.sport_of("https://www.espn.com/nhl/story/_/id/1") == "ice_hockey"
