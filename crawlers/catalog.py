"""The catalogue of sources: what each is, how it is reached, how politely, and on what terms."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

SOURCES_FOLDER = Path(__file__).with_name("sources")

# Licences that allow what we do without asking: sources under them are on unless switched off.
OPEN_LICENCES = frozenset({"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0", "PDDL-1.0", "ODbL-1.0"})

Sport = Literal[
    "football", "american_football", "basketball", "baseball", "tennis", "cricket", "ice_hockey", "golf",
    "combat_sports", "olympics", "other",
]  # fmt: skip
Kind = Literal["news", "statistics", "record", "discussion", "reference"]
Access = Literal["sitemap", "feed", "section", "tables", "api", "mediawiki", "reddit"]
API_ACCESS = frozenset({"api", "mediawiki", "reddit"})
IMPORT = "import"
IMPORT_COMMAND = "sportslm import "

# What has no effect on a source that is imported.
CRAWL_ONLY = (
    "entry_points",
    "scope",
    "politeness",
    "budget",
    "revisit",
    "auth",
    "oauth",
    "days_back",
    "api",
    "mediawiki",
)

# Segments of paths that mean one sport on every site; an entry's own `sport_words` come first.
LEAGUE_WORDS: dict[str, Sport] = {
    "nfl": "american_football",
    "nba": "basketball",
    "wnba": "basketball",
    "mlb": "baseball",
    "nhl": "ice_hockey",
    "soccer": "football",
    "boxing": "combat_sports",
    "mma": "combat_sports",
    "ufc": "combat_sports",
    "wwe": "combat_sports",
    "pga": "golf",
    "atp": "tennis",
    "wta": "tennis",
}
ENVIRONMENT_NAME = r"^[A-Z][A-Z0-9_]*$"


# libyaml where PyYAML was built with it: seventy entries in 0.04 s instead of 0.13 s.
SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogError(ValueError):
    """The catalogue says something that cannot be; the message names the entry and the field."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Entry):
    """Which URLs of a source are wanted, and how far its links are followed."""

    hosts: tuple[str, ...] = Field((), description="Host names in scope, exactly.")
    pages: tuple[str, ...] = Field((), description="Patterns of URLs to store; they are not followed.")
    navigation: tuple[str, ...] = Field(
        (), description="Patterns of URLs to follow for links and not to store."
    )
    max_depth: int = Field(
        5, ge=1, description="Links followed from an entry point, at most; a listing's next page is one more."
    )
    drop_parameters: tuple[str, ...] = Field(
        ("utm_*", "fbclid", "gclid"),
        description="Query parameters left out of URLs: they do not change the page; * is any ending.",
    )

    @field_validator("pages", "navigation")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            _check_pattern(pattern)
        return patterns

    @field_validator("drop_parameters")
    @classmethod
    def _parameters_are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not re.fullmatch(r"[^*&=?#;/\s]+\*?", name):
                raise ValueError(f"{name!r} is no parameter's name, nor the beginning of one before a *")
        return names

    def has_host(self, url: str) -> bool:
        """Return whether a URL's host is in scope."""
        return host_of(url) in self.hosts

    def is_page(self, url: str) -> bool:
        """Return whether a URL is one to store; only those of http and https are."""
        return url.startswith(("http:", "https:")) and self.has_host(url) and _matches(self.pages, url)

    def is_navigation(self, url: str) -> bool:
        """Return whether a URL is one to follow."""
        return self.has_host(url) and _matches(self.navigation, url) and not self.is_page(url)


class Politeness(_Entry):
    """How fast we may ask: no faster than the floor, the site's Crawl-delay, or its answers allow.

    The site's own Retry-After always wins.
    """

    delay_s: float = Field(5.0, ge=0, description="Seconds between two requests to one host, at least.")
    max_delay_s: float = Field(
        60.0, gt=0, description="What a Crawl-delay or slow answers may stretch the seconds between to."
    )
    response_multiple: float = Field(
        5.0, ge=0, description="Seconds waited for each second that the last answer took."
    )
    concurrency: int = Field(1, ge=1, le=32, description="Requests in flight to one host, at most.")
    quota_per_day: int | None = Field(None, ge=1, description="Requests a day that the terms allow.")

    @model_validator(mode="after")
    def _delays_agree(self) -> Self:
        if self.delay_s > self.max_delay_s:
            raise ValueError(f"delay_s {self.delay_s:g} is over max_delay_s {self.max_delay_s:g}")
        return self


class Budget(_Entry):
    """What one crawl of the source may take; the first to be used up ends it."""

    pages: int = Field(100_000, ge=1)
    megabytes: int = Field(10_000, ge=1, description="Bodies received, in units of 10**6 bytes.")
    seconds: float = Field(21_600.0, gt=0)


class Revisit(_Entry):
    """How soon, at first and at most, a stored page is looked at again; all 0: in every crawl."""

    first_hours: float = Field(24.0, ge=0, description="After the first look.")
    min_hours: float = Field(1.5, ge=0, description="For pages that change at every look.")
    max_hours: float = Field(2160.0, ge=0, description="For pages that never change.")

    @model_validator(mode="after")
    def _hours_are_ordered(self) -> Self:
        if not self.min_hours <= self.first_hours <= self.max_hours:
            raise ValueError("min_hours <= first_hours <= max_hours does not hold")
        return self


class Training(_Entry):
    """Whether a model may be trained on the source, and why we think so.

    ``yes``: its licence allows it. ``no``: its terms, as publicly known, forbid it, or automated access at
    all. ``ask``: neither is known; all rights are reserved until its owner agrees.
    """

    verdict: Literal["yes", "no", "ask"]
    why: str = Field(min_length=1)

    @field_validator("verdict", mode="before")
    @classmethod
    def _is_a_word(cls, verdict: object) -> object:
        if isinstance(verdict, bool):
            raise ValueError('YAML reads a bare yes or no as true or false: write "yes" or "no" in quotes')
        return verdict


class Auth(_Entry):
    """A key sent in a header to the source's own hosts only, read from the environment."""

    header: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    env: str = Field(pattern=ENVIRONMENT_NAME)
    prefix: str = Field("", description="What the header says before the key, such as 'Bearer '.")


class OAuth(_Entry):
    """Client credentials (RFC 6749 section 4.4) that buy short-lived tokens for the source's own hosts."""

    token_url: str = Field(pattern=r"^https?://[^/]+/")
    id_env: str = Field(pattern=ENVIRONMENT_NAME)
    secret_env: str = Field(pattern=ENVIRONMENT_NAME)


class ApiShape(_Entry):
    """Where one kind of JSON listing keeps its items and its next page.

    Paths are keys joined by dots (``meta.next_cursor``); a number is a place in a list.
    """

    listing: str = Field("", description="Pattern of the listings meant; the first shape that fits is used.")
    items: str = Field("", description="Path of the list of items; empty: the answer is the list.")
    item_url: str = Field(
        "", description="Path of an item's URL, or a URL with paths in braces, relative to the listing's."
    )
    item_date: str = Field("", description="Path of the moment an item last changed (ISO 8601).")
    next_cursor: str = Field("", description="Path of the cursor of the next page.")
    cursor_parameter: str = Field("", description="Query parameter that takes the cursor.")
    page_parameter: str = Field("", description="Query parameter of page numbers; an empty page is the last.")
    first_page: int = Field(1, ge=0, description="The number of the first page.")
    offset_parameter: str = Field("", description="Query parameter that takes the number of items to skip.")
    store_listings: bool = Field(False, description="Whether the listings are documents themselves.")

    @field_validator("listing")
    @classmethod
    def _pattern_compiles(cls, pattern: str) -> str:
        return _check_pattern(pattern)

    @model_validator(mode="after")
    def _paging_agrees(self) -> Self:
        if bool(self.next_cursor) != bool(self.cursor_parameter):
            raise ValueError("next_cursor and cursor_parameter need each other")
        ways = [name for name in ("next_cursor", "page_parameter", "offset_parameter") if getattr(self, name)]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)}: a listing has one way of paging")
        if not self.item_url and not self.store_listings:
            raise ValueError("item_url: needed unless store_listings is true")
        return self

    def fits(self, url: str) -> bool:
        """Return whether a URL is a listing of this shape."""
        return _matches((self.listing,), url)


class CategoryWalk(_Entry):
    """Which articles of a MediaWiki are wanted: those in categories and in what these contain."""

    categories: tuple[str, ...] = Field(min_length=1, description="Titles, without 'Category:'.")
    max_depth: int = Field(2, ge=0, description="Subcategories below subcategories, at most.")
    article_path: str = Field("/wiki/", pattern=r"^/.*/$", description="Where articles are read as HTML.")


class Source(_Entry):
    """One entry of the catalogue."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^/]+/")
    kind: Kind
    sports: tuple[Sport, ...] = Field(min_length=1)
    sport_words: dict[str, Sport] = Field(
        {}, description="Segments of paths that name a sport in other words than ours."
    )
    access: Access | Literal["import"] = Field(description="Which spider reads it; import: none does.")
    how: str = Field("", description="With access 'import': the command that takes it in.")
    entry_points: tuple[str, ...] = Field((), description="Where a crawl begins.")
    scope: Scope = Scope()
    politeness: Politeness = Politeness()
    licence: str = Field("proprietary", min_length=1, description="SPDX identifier, or 'proprietary'.")
    terms: str = Field(min_length=1, description="Where the terms are, or what they say.")
    training: Training
    verified: date | Literal["never"] = "never"
    simulated: bool = False
    governed_by: Literal["robots", "api-terms"] = Field(
        "robots",
        description="Whose word allows requests: robots.txt, or an API's published terms for clients.",
    )
    budget: Budget = Budget()
    revisit: Revisit = Revisit()
    auth: Auth | None = None
    oauth: OAuth | None = None
    days_back: int = Field(
        0,
        ge=0,
        le=3650,
        description="The days before the crawl that {day:…} in entry points stands for.",
    )
    api: tuple[ApiShape, ...] = ()
    mediawiki: CategoryWalk | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        self._check_import()
        self._check_access()
        self._check_addresses()
        if not self.simulated:
            self._check_manners()
        return self

    def _check_import(self) -> None:
        if self.is_crawled == bool(self.how):
            raise ValueError("how: needed with access 'import' and only then")
        if self.is_crawled:
            parts = {
                "entry_points": self.entry_points,
                "scope.hosts": self.scope.hosts,
                "scope.pages": self.scope.pages,
            }
            missing = [name for name, part in parts.items() if not part]
            if missing:
                raise ValueError(f"{missing[0]}: needed unless access is 'import'")
            return
        if not self.how.startswith(IMPORT_COMMAND):
            raise ValueError(f"how: begins with {IMPORT_COMMAND!r}, not {self.how!r}")
        unused = sorted(self.model_fields_set.intersection(CRAWL_ONLY))
        if unused:
            raise ValueError(f"{unused[0]}: has no effect with access 'import'; leave it out")

    def _check_access(self) -> None:
        if (self.access == "api") != bool(self.api):
            raise ValueError("api: needed with access 'api' and only then")
        if (self.access == "mediawiki") != (self.mediawiki is not None):
            raise ValueError("mediawiki: needed with access 'mediawiki' and only then")
        if self.access == "reddit" and self.oauth is None:
            raise ValueError("oauth: needed with access 'reddit'")
        if self.auth is not None and self.oauth is not None:
            raise ValueError("auth: contradicts oauth; a request carries one of them")
        if self.governed_by == "api-terms" and self.access not in API_ACCESS:
            raise ValueError(f"governed_by: access {self.access!r} reads pages, for which robots.txt speaks")

    def _check_addresses(self) -> None:
        dated = [url for url in self.entry_points if "{" in url]
        if bool(dated) != bool(self.days_back):
            raise ValueError("days_back: needed with {day:…} in entry_points and only then")
        for url in self.entry_points:
            if not self.scope.has_host(dated_url(url, datetime(2000, 1, 1, tzinfo=UTC))):
                raise ValueError(f"entry_points: {url} is on no host of scope.hosts")
        hosts = {"scope.hosts": self.scope.hosts}
        if self.oauth is not None:
            hosts["oauth.token_url"] = (host_of(self.oauth.token_url),)
        for field, names in hosts.items():
            for host in names:
                if self.simulated != host.endswith(".test"):
                    raise ValueError(
                        f"{field}: {host} and simulated: {self.simulated} contradict each other (.test)"
                    )

    def _check_manners(self) -> None:
        """Ask of real sites what simulated ones are spared: one connection, TLS for secrets, known terms."""
        if self.politeness.concurrency > 1:
            raise ValueError("politeness.concurrency: a real host gets one connection, so 1")
        if self.politeness.delay_s == 0:
            raise ValueError("politeness.delay_s: 0 is for simulated sources")
        if self.oauth is not None and not self.oauth.token_url.startswith("https://"):
            raise ValueError(f"oauth.token_url: {self.oauth.token_url} would send a secret without TLS")
        if not re.search(r"https?://", self.terms):
            raise ValueError("terms: say where they are (https://…)")

    @property
    def is_crawled(self) -> bool:
        """Whether a spider reads it; other sources are imported from files."""
        return self.access != IMPORT

    @property
    def is_open(self) -> bool:
        """Whether the licence allows use without accepting terms by name."""
        return self.licence in OPEN_LICENCES and self.training.verdict == "yes"

    def obeys_robots_at(self, url: str) -> bool:
        """Return whether robots.txt decides about a URL, as it does about the articles of a MediaWiki."""
        if self.governed_by == "robots":
            return True
        return self.access == "mediawiki" and not self._is_entry_path(url)

    def _is_entry_path(self, url: str) -> bool:
        return any(urlsplit(url)[:3] == urlsplit(entry)[:3] for entry in self.entry_points)

    def sport_of(self, url: str) -> str:
        """Return the sport named by a segment of the path, else the source's only one, else ``other``."""
        segments = {segment.replace("-", "_") for segment in urlsplit(url).path.lower().split("/")}
        words = self.sport_words | {w: s for w, s in LEAGUE_WORDS.items() if w not in self.sport_words}
        named = [sport for word, sport in words.items() if word in segments]
        named += [sport for sport in self.sports if sport in segments and sport not in words]
        if named:
            return named[0]
        return self.sports[0] if len(self.sports) == 1 else "other"


def load_catalog(folder: Path = SOURCES_FOLDER) -> dict[str, Source]:
    """Return all sources by id: files of the folder in the order of their names, entries as they stand.

    Raises:
        CatalogError: naming the file, the entry and the field that is wrong.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise CatalogError(f"{folder} has no *.yaml file; each holds entries under 'sources'")
    catalog: dict[str, Source] = {}
    files: dict[str, str] = {}
    for path in paths:
        for number, entry in enumerate(_entries(path)):
            source = _source(path, number, entry)
            if source.id in catalog:
                where = f"{path.name} and {files[source.id]}" if files[source.id] != path.name else path.name
                raise CatalogError(f"{where}: two entries are called {source.id!r}; ids must differ")
            catalog[source.id], files[source.id] = source, path.name
    return catalog


def _entries(path: Path) -> list[object]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CatalogError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    entries = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not entries:
        raise CatalogError(f"{path.name} needs a non-empty list under 'sources'")
    return entries


def _source(path: Path, number: int, entry: object) -> Source:
    name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    try:
        return Source.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"field {where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
        raise CatalogError(f"{path.name}: entry {name}: {what}") from error


def unknown_source(name: str, catalog: Mapping[str, Source]) -> str:
    """Return what to say about a source that is not in the catalogue, with those that are spelt like it."""
    near = difflib.get_close_matches(name, catalog, n=3)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    return f"unknown source {name!r}; {hint}sportslm sources list shows those there are"


def dated_url(template: str, day: datetime) -> str:
    """Return an entry point with ``{day:…}`` (strftime's codes) filled in.

    Raises:
        ValueError: naming an entry point with other braces.
    """
    try:
        return template.format_map({"day": day})
    except (KeyError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(f"entry_points: {template}: only {{day:…}} may stand in braces") from error


def host_of(url: str) -> str:
    """Return a URL's host in lower case, or an empty string where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _check_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


def _matches(patterns: tuple[str, ...], url: str) -> bool:
    parts = urlsplit(url)
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return any(re.search(pattern, tail) for pattern in patterns)
