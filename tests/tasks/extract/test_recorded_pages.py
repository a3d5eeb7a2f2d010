"""Extraction on recorded real pages: nothing crashes, and the quality does not fall below its floors."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tasks.extract.config import ExtractConfig
from tasks.extract.segment import SegmentProvenance, extract_segment
from tasks.extract.warc_records import Response, read_responses
from tasks.schema import DOCUMENTS, read_parquet

SHARED = Path(__file__).parents[4] / "shared"
PAGES = SHARED / "data/web/pages.warc.gz"
# Of the pages with segments every sixth is read here. The trees were trained on these pages: the floors hold
# the pinned file and the code together; what unseen hosts get says benchmarks/main_text/train.py --folds 5.
FLOORS: dict[str, float] = json.loads((Path(__file__).parents[2] / "floors.json").read_text(encoding="utf8"))
EVERY = 6

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.slow,
    pytest.mark.skipif(not PAGES.exists(), reason="no ../shared/data beside the checkout"),
]


def gold_rows() -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (SHARED / "data/web/gold.jsonl").open(encoding="utf8")]
    segments = [row for row in rows if "text" not in row]
    left_out = {row["url"] for number, row in enumerate(segments) if number % EVERY}
    return [row for row in rows if row["url"] not in left_out]


def sample(path: Path) -> int:
    """Copy the records of the gold that is read, and of all pages without gold; return how many."""
    gold = {json.loads(line)["url"] for line in (SHARED / "data/web/gold.jsonl").open(encoding="utf8")}
    chosen = {row["url"] for row in gold_rows()}
    records = [item for item in read_responses(PAGES, 5_000_000) if isinstance(item, Response)]
    data = PAGES.read_bytes()
    ends = [*(item.offset for item in records[1:]), len(data)]
    taken = [
        data[item.offset : end]
        for item, end in zip(records, ends, strict=True)
        if item.url in chosen or item.url not in gold
    ]
    path.write_bytes(b"".join(taken))
    return len(taken)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    folder = tmp_path_factory.mktemp("recorded")
    num_pages = sample(folder / "pages.warc.gz")
    provenance = SegmentProvenance("recorded", "test", "news", "", "pages.warc.gz", None, 0)
    counts = extract_segment(folder / "pages.warc.gz", folder, ExtractConfig(), provenance)
    counts.check("recorded pages")
    assert counts.rows_in == num_pages
    assert counts.rows_out > 0.98 * num_pages
    return read_parquet(folder / "documents.parquet", DOCUMENTS)


def test_recorded_pages_extraction_stays_above_its_floors(recorded: pa.Table) -> None:
    path = SHARED / "tools/extraction_score.py"
    spec = importlib.util.spec_from_file_location("extraction_score", path)
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    texts = dict(zip(recorded.column("url").to_pylist(), recorded.column("text").to_pylist(), strict=True))
    score = tool.score(gold_rows(), texts)
    assert score["f1"] >= FLOORS["extraction_f1"]
    assert score["seg_f1"] >= FLOORS["extraction_segment_f1"]


def test_recorded_statistics_pages_give_tables_from_comments(recorded: pa.Table) -> None:
    rows = {row["url"]: row for row in recorded.to_pylist()}
    row = rows["https://www.sports-reference.com/cfb/players/jd-dillinger-1.html"]
    assert row["kind"] == "statistics"
    assert (
        "*2017 | Purdue | Big Ten | SO | K | 12 | 19 | 19 | 100.0 | 9 | 13 | 69.2 | 46 | 0 | 0 |"
        in row["text"]
    )
