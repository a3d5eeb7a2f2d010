"""Which snapshots a run works on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.crawl.config import CrawlConfig
from tasks.lake import Lake, LakeError
from tasks.snapshots import open_chain, snapshot_id

CRAWL = CrawlConfig(sources=("sim-news",))
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def test_snapshot_ids_are_minutes_and_numbered_when_taken() -> None:
    first = snapshot_id(NOW, set())
    assert first == "20261120T0600Z"
    assert snapshot_id(NOW, {first}) == f"{first}-2"
    assert snapshot_id(NOW, {first, f"{first}-2"}) == f"{first}-3"


def test_chain_begins_once_grows_and_ends_at_the_wanted_snapshot(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    (first,) = open_chain(lake, "20261120T0600Z", CRAWL, NOW, dry=False)
    assert (first.sequence, first.parent, first.as_of) == (1, None, "2026-11-20T06:00:00+00:00")
    assert open_chain(lake, "20261120T0600Z", CRAWL, NOW, dry=False) == [first], "it was begun twice"
    later = CRAWL.model_copy(update={"simulated_matchday": 9})
    chain = open_chain(lake, "new", later, NOW, dry=False)
    assert [s.id for s in chain] == ["20261120T0600Z", "20261120T0600Z-2"]
    assert chain[1].parent == first.id
    assert open_chain(lake, "latest", CRAWL, NOW, dry=False) == chain
    assert open_chain(lake, "20261120T0600Z", CRAWL, NOW, dry=False) == [first]


def test_chain_looked_at_dry_writes_nothing(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"), dry=True)
    (begun,) = open_chain(lake, "new", CRAWL, NOW, dry=True)
    assert begun.id == "20261120T0600Z"
    assert not (tmp_path / "lake").exists()


def test_chain_that_cannot_be_is_refused_with_the_way_out(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with pytest.raises(LakeError, match="no snapshot yet: bring data in with `sportslm import"):
        open_chain(lake, "latest", CRAWL, NOW, dry=False)
    with pytest.raises(LakeError, match="snapshot 'tomorrow': write latest, new, or an id"):
        open_chain(lake, "tomorrow", CRAWL, NOW, dry=False)
    with pytest.raises(LakeError, match=r"no crawl\.sources are chosen"):
        open_chain(lake, "new", CrawlConfig(), NOW, dry=False)
    for wanted in ("20261399T0600Z", "20261120T2561Z"):
        with pytest.raises(LakeError, match=f"snapshot '{wanted}'"):
            open_chain(lake, wanted, CRAWL, NOW, dry=False)
    open_chain(lake, "20261120T0600Z", CRAWL, NOW, dry=False)
    other = CRAWL.model_copy(update={"max_seconds": 5})
    with pytest.raises(
        LakeError, match=r"crawled with crawl\.max_seconds=21600, not 5; other settings need a new"
    ):
        open_chain(lake, "20261120T0600Z", other, NOW, dry=False)


def test_chain_grown_by_eight_at_once_gives_each_a_place(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: lake.add_snapshot(f"import-{n}", "import", "", {"n": n}), range(8)))
    chain = lake.snapshots()
    assert [s.sequence for s in chain] == list(range(1, 9))
    assert {s.id for s in chain} == {f"import-{n}" for n in range(8)}
    assert [s.parent for s in chain] == [None, *(s.id for s in chain[:-1])]
