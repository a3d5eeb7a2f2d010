"""Our URL filter against the published keyword list of OnlySports, on recorded real pages.

    python benchmarks/url_filter.py [--data ../shared/data/web]

Which pages are about sport: those of collections that are of sport altogether (statistics sites and
scoreboards), and of the rest those that we judged so one at a time, by host and headline: they report,
count or discuss competition. Hobbies, equipment, breeding and mixed listings are left out as neither. Pages
that nobody judged (another half of the collection) are judged by the words of their gold text alone
(tasks/clean/sport.py). The judgements are kept as digests of addresses. Who wrote the filter's words had
seen these addresses: its figures here flatter it, those on another half do not.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from crawlers.url_filter import is_sports_url
from tasks.clean.sport import sport_of

# The published list of substrings, case as written: 72, one of them twice.
# From main/URL_filter_final.py of github.com/chrischenhub/OnlySportsLM, commit a73298823d28.
ONLY_SPORTS = """
football soccer basketball baseball tennis athlete running marathon copa new nike adidas cricket rugby
golf volleyball sports sport Sport wrestling wwe hockey volleyball cycling swim athletic league team
champion playoff olympic premierleague laliga bundesliga seriea ligue1 epl racing nascar motogp cup
worldcup fitness workout gym nfl nba NBA NFL MLB NHL FIFA UEFA NCAA MMA UFC ufc mlb nhl fifa uefa ncaa
boxing espn bleacherreport mma si.com formula1 f1 nytimes/athletic apnews.com goal
"""
SPORTS_ORIGINS = {"sports-reference-family", "espn-scoreboards"}
# The collection that was read: digest of its sorted addresses.
READ = "8c3e10f06432b099"
# Of its pages, those about sport and those that are neither: the first ten hex digits of SHA-256.
ABOUT_SPORT = """
07f172c78b 08f7937627 0d46122928 0f46701ba7 11ea381ad9 147b74120d 182a1425b9 358cc4a080 3ae3946506
3ce1c8fdf6 40666e9a9c 494d4cb4e0 4b34dc8a6f 529b821481 56c507dc3e 5a597209bc 5f8d83a118 60fd15c6ef
645ebb0c73 65ce3a4577 6a72de37e8 7a4cdee342 8195c9ea28 8e3efab59f 9667ab6fa8 a4e9963afd a6d24ac04f
a8d731f378 c01fd93b25 c3f829313f c81e134ed4 cc03ddb5ef d24170547a d374079b23 d45e1c71fd d49a6149eb
d79c6ac0a2 dfe3bf5af5 e30aaf64b9 e8b5738e3f ecb46e3e48 eeb3b0f5f2 eecd257509 f7989ccdfe fc8ef8d7f0
"""
NEITHER = """
05ae5361cc 085206a6a8 0bb757fb0b 0e6b3b3082 128922a8f7 19aeb161b0 1d0d978336 244c70ef3c 2716199d7b
2799807830 399fc199d4 4bac54e0b1 4bfd0a2a4d 518dba32ca 558f975385 5b9f60ed77 5bbc778563 5f219c708f
6554236fd9 6779b38eb6 7598414f04 781c01a8f8 7fd55185a6 83a50a99d1 8b13d4cb6b 9cda68682a a795491908
af632f572f d7eb4b3c73 dc0969f05f de106a7b0a e1cd54e557 f9b937eea9
"""
SPEED_URLS = 200_000

_KEYWORDS = ONLY_SPORTS.split()


@dataclass(frozen=True)
class Score:
    """What a filter passed of the pages about sport, and of the others."""

    passed: int
    of_sport: int
    wrong: int
    of_others: int
    per_s: float

    @property
    def recall(self) -> float:
        """The share of pages about sport that were passed."""
        return self.passed / self.of_sport


def main() -> int:
    """Print both scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/web"), help="urls.csv, gold.jsonl")
    data: Path = parser.parse_args().data
    if not (data / "urls.csv").is_file():
        parser.error(f"{data} has no urls.csv; name the folder of recorded pages with --data")
    judged = judge(data)
    for name, test in (("OnlySports keywords", published), ("sportslm", is_sports_url)):
        found = score(test, judged)
        print(
            f"{name}: {found.passed} of {found.of_sport} sports pages passed (recall {found.recall:.3f}), "
            f"{found.wrong} of {found.of_others} others too; {found.per_s:,.0f} URLs a CPU-second"
        )
    return 0


def published(url: str) -> bool:
    """Tell whether the published list passes an address."""
    return any(keyword in url for keyword in _KEYWORDS)


def judge(data: Path) -> dict[str, bool]:
    """Return for each recorded address whether its page is about sport; what is neither is missing."""
    with (data / "urls.csv").open(encoding="utf-8") as lines:
        origins = {row["url"]: row["origin"] for row in csv.DictReader(lines)}
    was_read = _digest("\n".join(sorted(origins)), 16) == READ
    texts = {} if was_read else _texts(data / "gold.jsonl")
    about_sport, neither = set(ABOUT_SPORT.split()), set(NEITHER.split())
    judged = {}
    for url, origin in origins.items():
        if origin in SPORTS_ORIGINS or _digest(url, 10) in about_sport:
            judged[url] = True
        elif was_read and _digest(url, 10) not in neither:
            judged[url] = False
        elif url in texts:
            judged[url] = sport_of(texts[url], "").is_sport
    return judged


def score(test: Callable[[str], bool], judged: dict[str, bool]) -> Score:
    """Return what a filter makes of judged addresses, and its speed on addresses that all differ."""
    passed = {url for url in judged if test(url)}
    sport = {url for url, about_sport in judged.items() if about_sport}
    return Score(
        len(passed & sport), len(sport), len(passed - sport), len(judged) - len(sport), speed(test, judged)
    )


def speed(test: Callable[[str], bool], urls: Iterable[str]) -> float:
    """Return addresses judged a CPU-second."""
    known = list(urls)
    many = [f"{known[number % len(known)]}?page={number}" for number in range(SPEED_URLS)]
    began = time.process_time()
    for url in many:
        test(url)
    return len(many) / (time.process_time() - began)


def _texts(gold: Path) -> dict[str, str]:
    """Return the gold texts by address; pages whose gold is only a few words are left out."""
    found = {}
    for line in gold.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row.get("text") or "\n".join(row.get("with") or [])
        if len(text) >= 500:
            found[row["url"]] = text
    return found


def _digest(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


if __name__ == "__main__":
    sys.exit(main())
