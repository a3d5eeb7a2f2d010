from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import robots as robotspy
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.robots import (
    AI_AGENTS,
    MAX_BYTES,
    MAY_FETCH,
    TRAINING_AGENTS,
    UNREACHABLE,
    RobotsBook,
    RobotsFile,
    RobotsRules,
    robots_rules,
)
from tests.crawlers.robots_verdicts import VERDICTS, Verdict

AGENT = "sportslm/0.1 (tests)"
URL = "http://site.test/premium/a?x=1"
RECORDED = Path(__file__).resolve().parents[3] / "shared/data/robots"
EVERYBODY = ("sportslm", "*", "GPTBot", "CCBot")


@pytest.mark.parametrize(
    ("status", "may_fetch"),
    [
        (None, False),
        (500, False),
        (503, False),
        (429, False),
        (404, True),
        (403, True),
        (410, True),
        (302, True),
    ],
)
def test_robots_status_without_rules_follows_rfc_9309(status: int | None, may_fetch: bool) -> None:
    rules = robots_rules(status, b"User-agent: *\nDisallow: /premium/\n", AGENT)
    assert (rules.verdict(URL) in MAY_FETCH) is may_fetch


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda v: f"{v.section}-{v.agent}-{v.path}")
def test_robots_verdict_is_the_one_worked_out_by_hand(verdict: Verdict) -> None:
    rules = robots_rules(200, verdict.robots, f"{verdict.agent}/1.0 (tests)")
    assert (rules.verdict(f"https://site.test{verdict.path}") in MAY_FETCH) is verdict.allowed


def test_robots_table_by_hand_covers_the_sections_that_decide_verdicts() -> None:
    assert len(set(VERDICTS)) == len(VERDICTS) >= 300
    sections = {verdict.section for verdict in VERDICTS}
    assert sections >= {
        "2.1",
        "2.2",
        "2.2.1",
        "2.2.2",
        "2.2.3",
        "2.2.4",
        "2.3",
        "2.3.1.5",
        "2.5",
        "5.1",
        "5.2",
    }


# How robotspy reads some files and paths, and the section of RFC 9309 that speaks against it. A difference
# counts as explained only if, asked about both as robotspy reads them, we say what robotspy says.
PEER_READS: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "2.2.2: /robots.txt is implicitly allowed": lambda text, path: (
        text,
        path.replace("/robots.txt", "/robots.txt?"),
    ),
    "2.2.2: octets are compared, and two slashes are not one": lambda text, path: (
        text,
        re.sub("//+", "/", path),
    ),
    "2.2.3: a final $ is the end of the path, never an octet of it": lambda text, path: (
        text,
        path.replace("%24", "$").removesuffix("$"),
    ),
    "2.2: a user-agent line opens a group, whatever its token": lambda text, path: (
        re.sub(r"(?im)^\s*user-agent\s*:\s*[^a-z_*\s-].*$", "", text),
        path,
    ),
    "2.3.1.5: a rule with a blank in its path is still a rule": lambda text, path: (
        re.sub(r"(?im)^\s*(dis)?allow\s*:\s*[^\s#]+[ \t]+[^\s#].*$", "", text),
        path,
    ),
}


def _explanations(text: str, path: str, agent: str, verdict: bool) -> list[str]:
    """Return the readings under which our verdict is robotspy's."""
    readings = {why: read(text, path) for why, read in PEER_READS.items()}
    return [
        why
        for why, (other, path) in readings.items()
        if RobotsFile.parse(other.encode()).allows(path, agent) == verdict
    ]


@pytest.mark.parametrize(
    ("section", "text", "path"),
    [
        ("2.2.2: /robots.txt", "User-agent: *\nDisallow: /\n", "/robots.txt"),
        ("2.2.2: octets", "User-agent: *\nDisallow: /a/b\n", "/a//b"),
        ("2.2.3: a final $", "User-agent: *\nDisallow: /a$\n", "/a%24"),
        ("2.2: a user-agent line", "User-agent: *\nDisallow: /a\n\nUser-agent: 008\nDisallow: /\n", "/b"),
        ("2.3.1.5: a rule", "User-agent: *\nDisallow: /a b\n", "/a%20b"),
    ],
)
def test_robotspy_differs_where_its_reading_is_not_the_rfcs(section: str, text: str, path: str) -> None:
    verdict = robotspy.RobotsParser.from_string(text).can_fetch("sportslm", f"https://site.test{path}")
    assert RobotsFile.parse(text.encode()).allows(path, "sportslm") != verdict
    assert [why.startswith(section) for why in _explanations(text, path, "sportslm", verdict)] == [True]


@pytest.mark.shared_data
@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded robots.txt files under {RECORDED}")
@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.txt")), ids=lambda file: file.stem)
def test_robots_verdicts_on_a_recorded_file_agree_with_robotspy(file: Path) -> None:
    text = file.read_bytes().decode("utf-8-sig")
    ours, peer = RobotsFile.parse(file.read_bytes()), robotspy.RobotsParser.from_string(text)
    paths = _paths_about(text)
    assert len(paths) == 50
    for path, agent in product(paths, EVERYBODY):
        verdict = peer.can_fetch(agent, f"https://{file.stem}{path}")
        if ours.allows(path, agent) != verdict:
            explained = _explanations(text, path, agent, verdict)
            assert explained, f"{path} for {agent}: robotspy says {verdict}, and no section explains it"


def _paths_about(text: str) -> list[str]:
    """Return 50 paths: common ones, and the file's rules verbatim and changed, as many as it has up to 40."""
    chance = random.Random(9309)
    rules = re.findall(r"(?im)^[ \t]*(?:dis)?allow[ \t]*:[ \t]*([^\s#]+)", text)
    changed = [change(rule) for rule in dict.fromkeys(rules) for change in CHANGES]
    chance.shuffle(changed)
    rooted = [path if path.startswith("/") else f"/{path}" for path in changed]
    common = [f"/{folder}/{name}" for folder in ("news", "en", "a", "sport") for name in COMMON_NAMES]
    chance.shuffle(common)
    return list(dict.fromkeys(["/", "/robots.txt", *common[:8], *rooted, *common[8:]]))[:50]


COMMON_NAMES = (
    "", "index.html", "index.php?page=2", "2019/03/04/story", "story.xml", "story.json", "video?id=7&t=1",
    "search?q=cup+final", "team/1", "login", "print/story", "api/v1/games", "player.php", "%7Euser/",
    "caf%C3%A9",
)  # fmt: skip
CHANGES: tuple[Callable[[str], str], ...] = (
    lambda rule: rule,
    lambda rule: rule.replace("*", "x/y.z").rstrip("$"),
    lambda rule: rule.replace("*", "").rstrip("$"),
    lambda rule: rule.replace("*", "x").rstrip("$") + "more?z=1",
    lambda rule: rule.replace("*", "x").rstrip("$")[:-1],
    lambda rule: rule.replace("*", "x").rstrip("$").swapcase(),
    lambda rule: "/x" + rule.replace("*", "x").rstrip("$"),
    lambda rule: quote(unquote(rule), safe="/*?&=").rstrip("$"),
    lambda rule: quote(unquote(rule), safe="/").lower().replace("%24", ""),
    lambda rule: re.sub("[a-z]", lambda letter: f"%{ord(letter.group()):02x}", rule, count=1).rstrip("$"),
)


def test_robots_training_agents_shut_out_are_opt_outs_and_answering_ones_are_not() -> None:
    text = """User-agent: GPTBot
User-agent: ccbot
Disallow: /news/

User-agent: ClaudeBot
Disallow:

User-agent: PerplexityBot
User-agent: Googlebot
Disallow: /
"""
    rules = robots_rules(200, text.encode(), AGENT)
    assert rules.opt_outs("http://site.test/news/a") == ("robots:CCBot", "robots:GPTBot")
    assert rules.opt_outs("http://site.test/about") == ()
    assert rules.verdict("http://site.test/news/a") == "allowed"


def test_robots_group_for_everybody_opts_nobody_out() -> None:
    rules = robots_rules(200, b"User-agent: *\nDisallow: /\n", AGENT)
    assert rules.verdict(URL) == "disallowed"
    assert rules.opt_outs(URL) == ()
    assert robots_rules(404, b"", AGENT).opt_outs(URL) == ()


def test_robots_ai_agents_are_sorted_and_hold_the_training_agents() -> None:
    assert list(AI_AGENTS) == sorted(AI_AGENTS)
    assert set(AI_AGENTS) > TRAINING_AGENTS


@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 3\n", 3.0),
        ("User-agent: *\nCrawl-delay:.25 # s\n", 0.25),
        ("User-agent: *\nDisallow: /a\nCrawl-delay: 3\nCrawl-delay: 10\n", 10.0),
        ("User-agent: *\nCrawl-delay: 3\n\nUser-agent: sportslm\nDisallow: /a\n", None),  # our group has none
        ("User-agent: *\nCrawl-delay: 3\n\nUser-agent: sportslm\nCrawl-delay: 0\n", 0.0),
        ("User-agent: bingbot\nCrawl-delay: 60\n\nUser-agent: *\nDisallow: /a\n", None),  # it came before us
        ("User-agent: bingbot\nUser-agent: *\nCrawl-delay: 60\n", 60.0),
        ("Crawl-delay: 3\nUser-agent: *\n", None),
        ("User-agent: *\nCrawl-delay: -1\n", None),
        ("User-agent: *\nCrawl-delay: nan\n", None),
        ("User-agent: *\nCrawl-delay: inf\n", None),
        ("User-agent: *\nCrawl-delay: soon\n", None),
        ("User-agent: *\nCrawl-delay:\n", None),
        ("User-agent: *\nCrawl-delay: " + "9" * 400, None),
    ],
)
def test_robots_crawl_delay_is_the_longest_sensible_one_of_our_group(
    text: str, delay_s: float | None
) -> None:
    assert robots_rules(200, text.encode(), AGENT).crawl_delay == delay_s


def test_robots_sitemaps_are_kept_in_order_wherever_they_stand() -> None:
    text = b"Sitemap: https://h/1.xml\nUser-agent: *\nsitemap:https://h/2.xml # news\nDisallow: /\n"
    assert robots_rules(200, text, AGENT).sitemaps == ("https://h/1.xml", "https://h/2.xml")
    assert robots_rules(500, text, AGENT).sitemaps == ()


def test_robots_file_names_only_whole_tokens() -> None:
    file = RobotsFile.parse(b"User-agent: GPTBot/1.2\nUser-agent: Google-Extended\nDisallow: /\n")
    assert [file.names(agent) for agent in ("gptbot", "GPT", "Google", "google-extended", "*")] == [
        True, False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("newline", [b"\n", b"\r", b"\r\n"])
def test_robots_line_across_the_size_limit_counts_only_if_it_ends_within(newline: bytes) -> None:
    head = b"User-agent: *" + newline + b"#"
    rule = newline + b"Disallow: /a"
    whole = head.ljust(MAX_BYTES - len(rule), b"#") + rule + newline + b"Disallow: /c"
    cut = head.ljust(MAX_BYTES - len(rule) + 1, b"#") + rule + newline
    assert [RobotsFile.parse(whole).allows(f"http://h/{path}", "*") for path in "ac"] == [False, True]
    assert RobotsFile.parse(cut).allows("http://h/a", "*")


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: *\nDisallow: /" + b"*a" * 250_000 + b"$\n",
        b"User-agent: *\nDisallow: /" + b"*" * 500_000 + b"b\n",
        b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*b$\n" * 15_000,
        b"".join(b"User-agent: a%d\n" % n for n in range(15_000)) + b"Disallow: /*a*b\n" * 15_000,
        b"User-agent: *\n" * 15_000 + b"Crawl-delay: 1\n" * 15_000,
        b"User-agent: *\nDisallow: /a\n" * 12_000,
        b"Disallow" + b" " * 500_000 + b"x",
    ],
    ids=[
        "stars-and-letters",
        "stars",
        "many-patterns",
        "many-agents",
        "many-delays",
        "many-groups",
        "blanks",
    ],
)
def test_robots_hostile_file_of_half_a_megabyte_is_read_and_judged_quickly(body: bytes) -> None:
    started = time.process_time()
    rules = robots_rules(200, body, AGENT)
    rules.verdict("http://site.test/" + "a" * 2000)
    assert rules.crawl_delay in (None, 1.0)
    assert time.process_time() - started < 2.0  # takes at most 0.2 s; quadratic time would be minutes


ALPHABET = st.sampled_from(
    ["/", "*", "$", "a", "b", "%", "%2", "%2F", "%61", "?", "#", "é", "\ud800", "[", " "]
)
LINES = st.tuples(
    st.sampled_from(["User-agent:", "Allow:", "Disallow:", "Crawl-delay:", "Sitemap", ""]),
    st.lists(ALPHABET, max_size=12).map("".join),
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=12).map("\n".join), st.text(), st.sampled_from(["*", "a", "sportslm", ""]))
def test_robots_any_text_is_parsed_and_any_url_judged_without_an_error(
    text: str, url: str, agent: str
) -> None:
    file = RobotsFile.parse(text.encode("utf-8", "surrogatepass"))
    assert file.allows(url, agent) in (True, False)
    assert (file.crawl_delay(agent) or 0) >= 0


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=50))
def test_robots_any_bytes_are_parsed_without_an_error(body: bytes, url: str) -> None:
    assert RobotsFile.parse(b"User-agent: *\nDisallow: " + body).allows(url, "*") in (True, False)


@settings(max_examples=300, deadline=None)
@given(st.text("/ab*$", max_size=8), st.text("/ab$", max_size=10))
def test_robots_pattern_matches_what_its_regular_expression_does(pattern: str, path: str) -> None:
    body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
    oracle = re.compile(".*".join(map(re.escape, body.split("*"))) + end)
    file = RobotsFile.parse(f"User-agent: *\nDisallow: {pattern}\n".encode())
    assert file.allows(f"http://h/{path}", "*") == (not pattern or not oracle.match(f"/{path}"))


def _book(answers: Callable[[], RobotsRules], asked: list[str], now: Callable[[], float]) -> RobotsBook:
    async def fetch(url: str) -> RobotsRules:
        asked.append(url)
        await asyncio.sleep(0)
        return answers()

    return RobotsBook(fetch, now)


def test_robots_book_asks_each_origin_once_even_from_many_workers() -> None:
    asked: list[str] = []
    rules = robots_rules(200, b"User-agent: *\nDisallow: /b\n", AGENT)

    async def judge() -> list[str]:
        book = _book(lambda: rules, asked, time.monotonic)
        urls = ["http://one.test/a", "http://one.test/b", "https://one.test/a"] * 3
        return list(await asyncio.gather(*(book.verdict(url) for url in urls)))

    assert asyncio.run(judge()) == ["allowed", "disallowed", "allowed"] * 3
    assert sorted(asked) == ["http://one.test/robots.txt", "https://one.test/robots.txt"]


def test_robots_book_asks_again_after_24_hours_and_believes_the_new_answer() -> None:
    asked: list[str] = []
    clock = [1000.0]
    answers = iter([robots_rules(200, b"", AGENT), robots_rules(503, b"", AGENT)])

    async def judge() -> list[str]:
        book = _book(lambda: next(answers), asked, lambda: clock[0])
        verdicts = []
        for clock[0] in (1000.0, 1000.0 + 86_399, 1000.0 + 86_400):
            verdicts.append(await book.verdict("http://one.test/a"))
        return verdicts

    assert asyncio.run(judge()) == ["allowed", "allowed", UNREACHABLE]
    assert len(asked) == 2
