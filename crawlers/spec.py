"""What one crawl is asked to do: the JSON that ``crawlers.run`` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crawlers.catalog import Source

USER_AGENT = "sportslm/0.1 (research crawler; obeys robots.txt)"


class SpecError(ValueError):
    """The spec cannot be crawled; the message says which field and why."""


class SimulatedSpec(BaseModel):
    """Which simulated world to serve; ``port`` other than 0 uses one that is already being served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int
    matchday: int = Field(ge=1, le=300)
    port: int = Field(0, ge=0, le=65535)


class CrawlSpec(BaseModel):
    """One crawl."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snapshot: str = Field(pattern=r"^\d{8}T\d{4}Z$", description="The snapshot the pages belong to.")
    as_of: datetime = Field(description="The moment the snapshot stands for.")
    sources: tuple[str, ...] = Field(min_length=1, description="Catalogue ids.")
    accept_terms: tuple[str, ...] = Field(
        (), description="Ids of sources, not openly licensed, whose terms are accepted."
    )
    simulated: SimulatedSpec | None = None
    known: tuple[Path, ...] = Field(
        (), description="Index files of earlier segments, oldest first, each in its source's folder."
    )
    frontiers: dict[str, Path] = Field({}, description="Each source's frontier as an earlier crawl saved it.")
    replay: tuple[Path, ...] = Field(
        (), description="WARC files to crawl instead of the web: what they do not hold is not found."
    )
    max_pages_per_source: int = Field(100_000, ge=1)
    max_seconds: float = Field(3600.0, gt=0)
    timeout_s: float = Field(30.0, gt=0, description="Seconds one answer may take, its body included.")
    segment_records: int = Field(256, ge=1, description="Responses in a segment, at most.")
    segment_bytes: int = Field(
        64 * 2**20, ge=1024, description="Compressed bytes after which a segment is closed."
    )
    segment_seconds: float = Field(300.0, gt=0, description="Seconds after which a segment is closed.")
    user_agent: str = Field(USER_AGENT, pattern=r"^[A-Za-z][A-Za-z_-]*(/\S+)?( .*)?$")


def load_spec(path: Path, catalog: Mapping[str, Source]) -> CrawlSpec:
    """Return a spec whose sources exist and may be crawled.

    Raises:
        SpecError: with one line that names the field at fault.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        spec = CrawlSpec.model_validate(data)
    except OSError as error:
        raise SpecError(f"spec {path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise SpecError(f"spec {path.name}: {where}: {first['msg']}") from error
    except ValueError as error:
        raise SpecError(f"spec {path.name} is not JSON: {error}") from error
    for name in spec.sources:
        _check_source(name, spec, catalog)
    files = {"known": spec.known, "frontiers": tuple(spec.frontiers.values()), "replay": spec.replay}
    for field, paths in files.items():
        for file in paths:
            if not file.is_file():
                raise SpecError(f"spec {path.name}: {field}: there is no file {file}")
    if spec.replay and spec.simulated is not None:
        raise SpecError(f"spec {path.name}: replay: contradicts simulated; leave one of them out")
    return spec


def _check_source(name: str, spec: CrawlSpec, catalog: Mapping[str, Source]) -> None:
    if name not in catalog:
        raise SpecError(f"sources: {name!r} is not in the catalogue; it has {', '.join(sorted(catalog))}")
    source = catalog[name]
    if not source.is_crawled:
        raise SpecError(f"sources: {name} is imported, not crawled: {source.how}")
    if source.simulated and spec.simulated is None and not spec.replay:
        raise SpecError(f'simulated: needed for {name}, e.g. {{"seed": 1, "matchday": 14}}')
    if not source.is_open and name not in spec.accept_terms:
        raise SpecError(
            f"sources: {name} is off until its terms are accepted: read them, then add it to accept_terms"
        )
