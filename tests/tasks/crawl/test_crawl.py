"""A crawl as the pipeline runs it: in a process of its own, kept through a kill, known by its content."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tasks.counts import Counts
from tasks.crawl.crawl import CrawlFailed, crawl_into, raw_content, run_crawler
from tasks.crawl.terms import check_terms
from tasks.lake import Lake, StoredFile
from tasks.stage import silent
from tasks.store import sha256_of

SPEC: dict[str, Any] = {
    "snapshot": "20261120T0600Z",
    "as_of": "2026-11-20T06:00:00+00:00",
    "sources": ["sim-stats", "sim-api"],
    "simulated": {"seed": 1, "matchday": 2},
    "accept_terms": ["sim-stats", "sim-api"],
    "known": None,
    "max_pages_per_source": 1000,
    "max_seconds": 120,
    "user_agent": "sportslm/test (+https://example.org/bot)",
}


def fetched(
    tmp_path: Path, name: str, known: list[Path] | None = None, **changes: Any
) -> tuple[Counts, Path]:
    out = tmp_path / name
    out.mkdir()
    counts = crawl_into(str(tmp_path / f"{name}-work"), {**SPEC, **changes}, known or [], silent, out)
    return counts, out


def content(tmp_path: Path, out: Path) -> str:
    lake = Lake(str(tmp_path / "lake"))
    files = []
    for path in sorted(out.rglob("segment-*")):
        name = path.relative_to(out).as_posix()
        target = Path(lake.uri) / out.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
        files.append(
            StoredFile(name=f"00000/{name}", path=name, num_bytes=1, sha256=sha256_of(path), etag="")
        )
    return raw_content(lake, out.name, files)


@pytest.mark.slow
def test_crawl_counts_its_pages_and_its_content_is_not_its_dates(tmp_path: Path) -> None:
    counts, first = fetched(tmp_path, "first")
    assert counts.rows_out == sum(counts.extra.values()) > 100
    assert set(counts.extra) == {"sim-stats_pages", "sim-api_pages"}
    _, second = fetched(tmp_path, "second")
    archives = [sorted(out.rglob("*.warc.gz")) for out in (first, second)]
    assert [path.read_bytes() for path in archives[0]] != [path.read_bytes() for path in archives[1]]
    assert content(tmp_path, first) == content(tmp_path, second)
    known = sorted(first.rglob("*.jsonl"))
    later, third = fetched(tmp_path, "third", known, simulated={"seed": 1, "matchday": 3})
    assert 0 < later.rows_out < counts.rows_out, "pages that were known and unchanged were stored again"
    assert content(tmp_path, third) != content(tmp_path, first)


@pytest.mark.slow
def test_crawl_interrupted_keeps_its_pages_and_goes_on(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    seen = threading.Event()

    def interrupt(what: str, done: int, of: int) -> None:
        if done >= 20:
            seen.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_crawler(work, SPEC, interrupt)
    assert seen.is_set()
    kept = {path: path.stat().st_mtime_ns for path in (work / "out").rglob("*.warc.gz")}
    assert kept, "the pages fetched were thrown away"
    whole = run_crawler(work, SPEC, silent)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert sum(source["already_stored"] for source in whole.values()) > 0


def test_crawl_with_a_bad_spec_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sim-nothing"):
        run_crawler(tmp_path, {**SPEC, "sources": ["sim-nothing"]}, silent)
    (tmp_path / "out").write_text("in the way")
    started = time.monotonic()
    with pytest.raises(CrawlFailed, match=r"log is .*log\.txt"):
        run_crawler(tmp_path, SPEC, silent)
    assert time.monotonic() - started < 60


def test_terms_of_unknown_sources_are_refused() -> None:
    check_terms(["sim-news"], [])
    with pytest.raises(ValueError, match="unknown source 'sim-nws'; sportslm sources list"):
        check_terms(["sim-news"], ["sim-nws"])
