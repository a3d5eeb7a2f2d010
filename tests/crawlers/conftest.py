"""What the tests of the crawlers share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawlers.crawl_bench import CrawlBench, CrawlResult


@pytest.fixture
def bench(tmp_path: Path) -> CrawlBench:
    """Return a bench in a fresh folder."""
    return CrawlBench(tmp_path)


@pytest.fixture(scope="session")
def small_crawl(tmp_path_factory: pytest.TempPathFactory) -> CrawlResult:
    """Return one uninterrupted crawl of the small world, to compare others with."""
    result = CrawlBench(tmp_path_factory.mktemp("small-crawl")).crawl()
    assert result.code == 0, result.stderr
    return result
