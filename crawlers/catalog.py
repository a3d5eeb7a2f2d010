"""The catalogue of sources: what each is, how it is reached, how politely, and on what terms."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

CATALOG_PATH = Path(__file__).with_name("catalog.yaml")

# Licences that allow what we do without asking: sources under them are on unless switched off.
OPEN_LICENCES = frozenset({"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-SA-3.0", "PDDL-1.0", "ODbL-1.0"})

Sport = Literal[
    "football", "american_football", "basketball", "baseball", "tennis", "cricket", "ice_hockey", "golf",
    "combat_sports", "olympics", "other",
]  # fmt: skip
Kind = Literal["news", "statistics", "record", "discussion", "reference"]
Access = Literal["sitemap", "feed", "section", "api"]


class CatalogError(ValueError):
    """The catalogue says something that cannot be; the message names the entry and the field."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Entry):
    """Which URLs of a source are wanted, and how far its links are followed."""

    hosts: tuple[str, ...] = Field(min_length=1, description="Host names in scope, exactly.")
    pages: tuple[str, ...] = Field(
        min_length=1, description="Patterns of URLs to store; they are not followed."
    )
    navigation: tuple[str, ...] = Field(
        (), description="Patterns of URLs to follow for links and not to store."
    )
    max_depth: int = Field(5, ge=1, description="Links followed from an entry point, at most.")

    @field_validator("pages", "navigation")
    @classmethod
    def _patterns_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
        return patterns

    def has_host(self, url: str) -> bool:
        """Return whether a URL's host is in scope."""
        return host_of(url) in self.hosts

    def is_page(self, url: str) -> bool:
        """Return whether a URL is one to store."""
        return self.has_host(url) and _matches(self.pages, url)

    def is_navigation(self, url: str) -> bool:
        """Return whether a URL is one to follow."""
        return self.has_host(url) and _matches(self.navigation, url) and not self.is_page(url)


class Politeness(_Entry):
    """How fast we may ask; the site's own Retry-After always wins."""

    delay_s: float = Field(ge=0, description="Seconds between two requests to one host.")
    concurrency: int = Field(1, ge=1, le=32, description="Requests in flight to one host, at most.")


class Training(_Entry):
    """Whether a model may be trained on the source, and why we think so."""

    allowed: bool
    why: str = Field(min_length=1)


class Auth(_Entry):
    """A key sent in a header to the source's own hosts only, read from the environment."""

    header: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")


class ApiShape(_Entry):
    """Where a JSON API's listing keeps its items and its cursor (top-level keys)."""

    items: str
    item_url: str
    next_cursor: str
    cursor_parameter: str


class Source(_Entry):
    """One entry of the catalogue."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = Field(min_length=1)
    url: str = Field(pattern=r"^https?://[^/]+/")
    kind: Kind
    sports: tuple[Sport, ...] = Field(min_length=1)
    access: Access
    entry_points: tuple[str, ...] = Field(min_length=1)
    scope: Scope
    politeness: Politeness
    licence: str = Field(min_length=1, description="SPDX identifier, or 'proprietary'.")
    terms: str = Field(min_length=1, description="Where the terms are, or what they say.")
    training: Training
    verified: date | Literal["never"] = "never"
    simulated: bool = False
    auth: Auth | None = None
    api: ApiShape | None = None

    @model_validator(mode="after")
    def _parts_agree(self) -> Source:
        if (self.access == "api") != (self.api is not None):
            raise ValueError("api: needed with access 'api' and only then")
        for url in self.entry_points:
            if not self.scope.has_host(url):
                raise ValueError(f"entry_points: {url} is on no host of scope.hosts")
        outside = [host for host in self.scope.hosts if self.simulated != host.endswith(".test")]
        if outside:
            raise ValueError(
                f"scope.hosts: {outside[0]} and simulated: {self.simulated} contradict each other (.test)"
            )
        return self

    @property
    def is_open(self) -> bool:
        """Whether the licence allows use without accepting terms by name."""
        return self.licence in OPEN_LICENCES and self.training.allowed

    def sport_of(self, url: str) -> str:
        """Return the sport named by a segment of the path, else the source's only one, else ``other``."""
        segments = {segment.replace("-", "_") for segment in urlsplit(url).path.lower().split("/")}
        named = [sport for sport in self.sports if sport in segments]
        if named:
            return named[0]
        return self.sports[0] if len(self.sports) == 1 else "other"


def load_catalog(path: Path = CATALOG_PATH) -> dict[str, Source]:
    """Return all sources by id.

    Raises:
        CatalogError: naming the file, the entry and the field that is wrong.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CatalogError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    entries = data.get("sources") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not entries:
        raise CatalogError(f"{path.name} needs a non-empty list under 'sources'")
    catalog: dict[str, Source] = {}
    for number, entry in enumerate(entries):
        source = _source(path, number, entry)
        if source.id in catalog:
            raise CatalogError(f"{path.name}: two entries are called {source.id!r}; ids must differ")
        catalog[source.id] = source
    return catalog


def _source(path: Path, number: int, entry: object) -> Source:
    name = entry.get("id", f"number {number}") if isinstance(entry, dict) else f"number {number}"
    try:
        return Source.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"field {where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
        raise CatalogError(f"{path.name}: entry {name}: {what}") from error


def host_of(url: str) -> str:
    """Return a URL's host in lower case, or an empty string where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _matches(patterns: tuple[str, ...], url: str) -> bool:
    parts = urlsplit(url)
    tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return any(re.search(pattern, tail) for pattern in patterns)
