"""Is a page about sport, by its address alone? What an import asks before it parses anything.

Published collections keep an address that contains any of some seventy substrings, "new" and "cup" among
them. Here whole words decide, in the languages of the large leagues, and the host counts for itself:

1. a host that is about sport altogether (the catalogue's, and a few more) passes, and so does one that is
   named for a sport (``tennismagazin.de``); of the catalogue's other hosts only the paths count;
2. else a word or a pair of words of the path passes that names a sport, a league, a club or a player, and so
   does a compound such as ``profisport`` or ``fotballskole``,
3. unless another word says that it is about cars, games, shopping or shares ("golf" beside "volkswagen"), and
   the first is not a whole folder of the path (``/sport/``).

Pure: no request, nothing learned. Words are looked up in sets; no pattern is tried after another.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote_plus

from crawlers.catalog import load_catalog
from crawlers.url_words import (
    COMPOUNDS,
    GENERAL_HOSTS,
    HOST_PARTS,
    MORE_HOSTS,
    NOT_HOST_PARTS,
    NOT_SPORT,
    PAIRS,
    SECTIONS,
    SPORTS,
)

# Raised whenever the same address would be judged otherwise; enters the fingerprint of an import.
VERSION = 1
OWN = "sports"
UrlTest = Callable[[str], bool]

_BLANKS = str.maketrans(dict.fromkeys(string.punctuation, " "))
_FOLDERS = tuple(section.partition("/")[2] for section in SECTIONS)
_SPORTS = frozenset(SPORTS.split())
_NOT_SPORT = frozenset(NOT_SPORT.split())
_PAIRS = frozenset((pair.split()[0], pair.split()[1]) for pair in PAIRS.replace("\n", "|").split("|") if pair)
_PAIR_BEGINS = frozenset(first for first, _ in _PAIRS)
_COMPOUNDS = re.compile("|".join(COMPOUNDS.split()))
_NAMED_FOR_SPORT = re.compile("|".join(HOST_PARTS.split()))
_NAMED_OTHERWISE = re.compile("|".join(NOT_HOST_PARTS.split()))


def read_urls(option: str) -> tuple[str, ...]:
    """Return what ``--urls`` says: ``sports``, or a file of patterns, a line each.

    A pattern is a regular expression searched anywhere in the address, in any case; one that begins with "!"
    takes addresses out again. Empty lines and those that begin with "#" are left out.

    Raises:
        ValueError: naming the file, and the line that is no pattern.
    """
    if option == OWN:
        return (f"{OWN}@{VERSION}",)
    path = Path(option)
    if not path.is_file():
        raise ValueError(f"--urls {option}: needed {OWN!r} or a file of patterns, a line each")
    patterns = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            try:
                re.compile(pattern.removeprefix("!"))
            except re.error as error:
                raise ValueError(f"{path}, line {number}: {pattern!r} is no pattern ({error})") from error
            patterns.append(pattern)
    if all(pattern.startswith("!") for pattern in patterns):
        raise ValueError(f"{path} names no address to take; write a regular expression a line")
    return tuple(patterns)


def url_test(urls: tuple[str, ...]) -> UrlTest:
    """Return the test for what ``read_urls`` gave.

    Raises:
        ValueError: if it was given by another version of our own filter.
    """
    if urls[0].startswith(f"{OWN}@"):
        if urls != (f"{OWN}@{VERSION}",):
            raise ValueError(f"addresses were to be judged by {urls[0]}, this version is {OWN}@{VERSION}")
        return is_sports_url
    taken = _any_of([pattern for pattern in urls if not pattern.startswith("!")])
    left_out = _any_of([pattern[1:] for pattern in urls if pattern.startswith("!")])
    return lambda url: taken(url) and not left_out(url)


def is_sports_url(url: str) -> bool:
    """Tell whether an address is one of a page about sport; what is no address is not."""
    authority, _, path = url.partition("://")[2].partition("/")
    if _is_sports_host(authority) or (
        path.startswith(_FOLDERS) and f"{authority}/{path}".startswith(SECTIONS)
    ):
        return True
    path = (unquote_plus(path) if "%" in path else path).lower()
    words = path.translate(_BLANKS).split()
    if _SPORTS.isdisjoint(words) and not _has_pair(words) and not _COMPOUNDS.search(path):
        return False
    return _NOT_SPORT.isdisjoint(words) or not _SPORTS.isdisjoint(path.split("/")[:-1])


@lru_cache(maxsize=100_000)
def _is_sports_host(authority: str) -> bool:
    """Tell whether all of a host is about sport: by the lists, or by its name."""
    host = authority.partition("?")[0].rpartition("@")[2].partition(":")[0].lower()
    parents = host.split(".")
    names = {".".join(parents[begin:]) for begin in range(len(parents) - 1)}
    if not names.isdisjoint(GENERAL_HOSTS.split()):
        return False
    if not names.isdisjoint(_listed_hosts()):
        return True
    name = host.rpartition(".")[0]
    return bool(_NAMED_FOR_SPORT.search(name)) and not _NAMED_OTHERWISE.search(name)


@cache
def _listed_hosts() -> frozenset[str]:
    catalogued = (host for source in load_catalog().values() for host in source.scope.hosts)
    return frozenset(MORE_HOSTS.split()) | {host.removeprefix("www.") for host in catalogued}


def _has_pair(words: Sequence[str]) -> bool:
    return not _PAIR_BEGINS.isdisjoint(words) and not _PAIRS.isdisjoint(pairwise(words))


def _any_of(patterns: Sequence[str]) -> UrlTest:
    compiled = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
    return lambda url: any(pattern.search(url) for pattern in compiled)
