"""Addresses of pages about sport, told from others that hold the same letters."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from crawlers.url_filter import is_sports_url, read_urls, url_test

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT.parent / "shared" / "data" / "web"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bbc.co.uk/sport/football/articles/c0de",
        "https://www.theguardian.com/football/2024/jun/01/match-report",
        "https://www.nba.com/game/lal-vs-bos-0022300001",
        "https://www.nytimes.com/athletic/5550001/2024/06/01/transfers/",
        "https://oauth.reddit.com/r/nfl/comments/abc/trade_thread/",
        "https://en.wikipedia.org/wiki/2022_FIFA_World_Cup",
        "http://elpais.com/deportes/2024-06-01/la-final.html",
        "https://example.de/regional/fussballverein-steigt-auf-123.html",
        "https://www.rbc.ru/%D1%84%D1%83%D1%82%D0%B1%D0%BE%D0%BB/123",
        "https://user@WWW.Tennismagazin.DE:443?id=7",
        "https://example.org/news/premier-league-returns",
        "https://example.org/sport/volkswagen-arena-opens",
    ],
)
def test_sports_addresses_pass(url: str) -> None:
    assert is_sports_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bbc.co.uk/news/uk-politics-123",
        "https://example.org/news/new-cup-of-tea-teams-up-with-champion-bakers",
        "https://www.nytimes.com/2024/06/01/business/athletic-wear.html",
        "https://oauth.reddit.com/r/cooking/comments/abc/goal/",
        "https://en.wikipedia.org/wiki/New_Zealand",
        "https://example.de/auto/vw-golf-gti-im-test",
        "https://www.transportmagazine.com/trucks/",
        "https://www.recyclingmagazin.de/altpapier",
        "https://example.org/passport/renewal",
        "sport",
        "",
    ],
)
def test_other_addresses_do_not_pass(url: str) -> None:
    assert not is_sports_url(url)


def test_patterns_of_a_file_take_and_leave_out(tmp_path: Path) -> None:
    patterns = tmp_path / "patterns.txt"
    patterns.write_text("# ours\n/Sport/\n\nexample\\.net\n!/video/\n")
    test = url_test(read_urls(str(patterns)))
    assert test("https://a.test/sport/1")
    assert test("https://example.net/2")
    assert not test("https://a.test/sport/video/1")
    assert not test("https://a.test/news/1")
    patterns.write_text("(\n")
    with pytest.raises(ValueError, match=r"patterns\.txt, line 1: '\(' is no pattern"):
        read_urls(str(patterns))
    patterns.write_text("!/video/\n")
    with pytest.raises(ValueError, match="names no address to take"):
        read_urls(str(patterns))
    with pytest.raises(ValueError, match="needed 'sports' or a file of patterns"):
        read_urls("sport")


def test_filter_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="judged by sports@0"):
        url_test(("sports@0",))


def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "url_filter_benchmark", ROOT / "benchmarks" / "url_filter.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared_data
@pytest.mark.skipif(not RECORDED.exists(), reason="needs ../shared/data/web")
def test_recorded_pages_fewer_wrong_than_the_published_keywords_at_equal_or_better_recall() -> None:
    module = benchmark()
    judged = module.judge(RECORDED)
    theirs, ours = module.score(module.published, judged), module.score(is_sports_url, judged)
    assert ours.of_sport >= 25
    assert ours.of_others >= 100
    assert ours.recall >= theirs.recall
    assert ours.wrong < theirs.wrong / 4
