"""A crawl as the pipeline runs it: in a process of its own, kept through a kill, known by its content."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tasks.counts import Counts
from tasks.crawl.config import CrawlConfig
from tasks.crawl.copies import SafeCopies
from tasks.crawl.crawl import CrawlFailed, EarlierFile, crawl_into, raw_content, run_crawler
from tasks.crawl.task import remove_committed
from tasks.crawl.terms import check_contact, check_terms
from tasks.crawl.watch import CrawlWatch, table_row
from tasks.lake import Lake, StoredFile
from tasks.stage import Progress, silent
from tasks.store import sha256_of
from tasks.upkeep import collect_garbage

SPEC: dict[str, Any] = {
    "snapshot": "20261120T0600Z",
    "as_of": "2026-11-20T06:00:00+00:00",
    "sources": ["sim-stats", "sim-api"],
    "simulated": {"seed": 1, "matchday": 2},
    "accept_terms": ["sim-stats", "sim-api"],
    "max_pages_per_source": 1000,
    "max_seconds": 120,
    "user_agent": "sportslm/test (+https://example.org/bot)",
}


def earlier_files(snapshot: str, out: Path) -> list[EarlierFile]:
    """Return what a finished crawl left for the next one."""
    wanted = [*out.rglob("segment-*.jsonl"), *out.rglob("frontier.sqlite.zst")]
    return [EarlierFile(snapshot, path.parent.name, path.name, path) for path in sorted(wanted)]


def fetched(
    tmp_path: Path, name: str, earlier: list[EarlierFile] | None = None, **changes: Any
) -> tuple[Counts, Path]:
    out = tmp_path / name
    out.mkdir()
    counts = crawl_into(str(tmp_path / f"{name}-work"), {**SPEC, **changes}, earlier or [], silent, None, out)
    return counts, out


def watch(progress: Progress = silent) -> CrawlWatch:
    """Follow a crawl for its progress only."""
    return CrawlWatch(progress, lambda archive: None)


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
    assert counts.rows_out == counts.extra["sim-stats_pages"] + counts.extra["sim-api_pages"] > 100
    summary = (first / "crawl.md").read_text()
    assert f"| sim-api | {counts.extra['sim-api_pages']} |" in summary
    assert "- sim-stats: depth 1" in summary
    _, second = fetched(tmp_path, "second")
    archives = [sorted(out.rglob("*.warc.gz")) for out in (first, second)]
    assert [path.read_bytes() for path in archives[0]] != [path.read_bytes() for path in archives[1]]
    assert content(tmp_path, first) == content(tmp_path, second)
    later, third = fetched(
        tmp_path, "third", earlier_files("20261120T0600Z", first), simulated={"seed": 1, "matchday": 3}
    )
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
        run_crawler(work, SPEC, watch(interrupt))
    assert seen.is_set()
    kept = {path: path.stat().st_mtime_ns for path in (work / "out").rglob("*.warc.gz")}
    assert kept, "the pages fetched were thrown away"
    whole = run_crawler(work, SPEC, watch())
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert sum(source["already_stored"] for source in whole.values()) > 0


def test_crawl_with_a_bad_spec_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sim-nothing"):
        run_crawler(tmp_path, {**SPEC, "sources": ["sim-nothing"]}, watch())
    (tmp_path / "out").write_text("in the way")
    started = time.monotonic()
    with pytest.raises(CrawlFailed, match=r"log is .*log\.txt"):
        run_crawler(tmp_path, SPEC, watch())
    assert time.monotonic() - started < 60


def test_terms_of_unknown_sources_are_refused() -> None:
    check_terms(["sim-news"], [])
    with pytest.raises(ValueError, match="unknown source 'sim-nws'; did you mean sim-news"):
        check_terms(["sim-news"], ["sim-nws"])
    with pytest.raises(ValueError, match="source fineweb is imported, not crawled: sportslm import"):
        check_terms(["fineweb"], [])


def test_real_sources_need_their_terms_accepted_and_a_contact() -> None:
    with pytest.raises(ValueError, match=r"accept_terms=\[bbc-sport\]"):
        check_terms(["bbc-sport"], [])
    check_terms(["bbc-sport", "wikipedia-sports"], ["bbc-sport"])
    with pytest.raises(ValueError, match=r"--set crawl\.contact="):
        check_contact(CrawlConfig(sources=("sim-news", "wikipedia-sports")))
    check_contact(CrawlConfig(sources=("wikipedia-sports",), contact="crawler@example.org"))
    check_contact(CrawlConfig(sources=("wikipedia-sports",), replay=("recorded.warc.gz",)))
    check_contact(CrawlConfig(sources=("sim-news",)))


@pytest.mark.slow
def test_crawl_of_a_lost_machine_goes_on_elsewhere_from_its_closed_segments(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPORTSLM_CACHE", str(tmp_path / "cache"))
    lake = Lake(f"s3://{bucket}/crawls")
    lake.add_snapshot(SPEC["snapshot"], "crawl", SPEC["as_of"], {})
    copies = SafeCopies(lake.store, f"raw/{SPEC['snapshot']}/0123456789ab/open")
    lost = tmp_path / "lost"
    lost.mkdir()

    def die(archive: Path) -> None:
        copies.keep(archive)
        raise KeyboardInterrupt

    small = {**SPEC, "segment_records": 20}
    with pytest.raises(KeyboardInterrupt):
        run_crawler(lost, small, CrawlWatch(silent, die))
    saved = set(lake.store.list(copies.prefix))
    assert saved
    assert not saved & set(collect_garbage(lake, 0, dry=True)), "an open crawl's segments were garbage"
    out = tmp_path / "out"
    out.mkdir()
    counts = crawl_into(str(tmp_path / "elsewhere"), small, [], silent, copies, out)
    _, whole = fetched(tmp_path, "whole")
    assert content(tmp_path, out) == content(tmp_path, whole)
    assert counts.rows_out == len(list_rows(whole))
    kept = {key.split("/")[-1] for key in saved if key.endswith(".warc.gz")}
    assert kept <= {path.name for path in out.rglob("*.warc.gz")}
    copies.remove()
    assert lake.store.list(copies.prefix) == {}


def list_rows(out: Path) -> list[str]:
    """Return the index lines of a crawl."""
    return [line for path in out.rglob("*.jsonl") for line in path.read_text().splitlines()]


def test_crawl_folders_are_removed_once_they_are_committed(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.store.create("raw/20261119T0600Z/0123456789ab/manifest.json", b"{}")
    crawls = tmp_path / "home" / "crawls"
    for name in ("20261119T0600Z-0123456789ab", "20261120T0600Z-0123456789ab", "20261121T0600Z-ba9876543210"):
        (crawls / name / "out").mkdir(parents=True)
    remove_committed(lake, crawls / "20261121T0600Z-ba9876543210")
    assert sorted(path.name for path in crawls.iterdir()) == [
        "20261120T0600Z-0123456789ab",
        "20261121T0600Z-ba9876543210",
    ]


def test_watch_shows_a_row_for_each_source_and_skips_what_is_no_event() -> None:
    row = {"pages": 30, "unchanged": 10, "failures": 0, "listings": 3, "bytes": 2_500_000, "left": 400}
    cells = table_row("sim-news", {**row, "hosts": {"a.test": "every 0.5 s"}}, seconds=20.0)
    assert cells == ["sim-news", "30", "10", "0", "400", "2.5", "2.0", "0:03:20", "a.test every 0.5 s"]
    seen: list[tuple[str, int, int]] = []
    event = {"event": "progress", "source": "sim-news", **row, "hosts": {}}
    watch(lambda *told: seen.append(told)).follow(["a library's print\n", "[1]\n", json.dumps(event)])
    assert seen == [("crawl sim-news", 40, 440)]
