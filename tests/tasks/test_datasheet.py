"""The datasheet of a lake that real stages made, counted a second way; its pages, hostile text included."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path

import pytest

from tasks.datasheet.collect import Datasheet, Sample, datasheet
from tasks.datasheet.sheet import as_markdown, as_page
from tasks.lake import Artifact, Lake
from tasks.schema import CLEAN, DOCUMENTS, MIXTURE, UNIQUE, read_parquet
from tests.tasks.test_policy import made  # noqa: F401  (the lake that real stages made)


@pytest.fixture
def sheet(made: tuple[Lake, dict[str, Artifact]]) -> Datasheet:  # noqa: F811
    return datasheet(made[0])


def test_datasheet_counts_what_the_mixture_uses(
    made: tuple[Lake, dict[str, Artifact]],  # noqa: F811
    sheet: Datasheet,
) -> None:
    lake, found = made
    (mixture,) = lake.paths(found["mix"], "mixture.parquet")
    used = {row["id"] for row in read_parquet(mixture, MIXTURE).to_pylist() if row["exclusion"] is None}
    rows = [
        row
        for path in lake.paths(found["dedup"], "unique.parquet")
        for row in read_parquet(path, UNIQUE).to_pylist()
        if row["id"] in used
    ]
    assert (sheet.documents, sheet.num_bytes) == (len(rows), sum(len(row["text"].encode()) for row in rows))
    for column in ("source", "kind", "sport", "language"):
        assert {s.name: s.documents for s in sheet.shares[column]} == Counter(row[column] for row in rows)
    assert sum(sheet.quality) == len(rows)
    cleaned = [
        row
        for path in lake.paths(found["clean"], "clean.parquet")
        for row in read_parquet(path, CLEAN).to_pylist()
    ]
    for name, (count, low, middle, high) in sheet.scores.items():
        values = [row[name] for row in cleaned if row[name] is not None]
        assert count == len(values)
        if values:
            assert min(values) <= low <= middle <= high <= max(values) + 1e-3
            assert middle == pytest.approx(statistics.median(values), abs=1e-3)
    years = Counter(
        str(row["published_at"].year) if row["published_at"] else "unknown"
        for path in lake.paths(found["extract"], "documents.parquet")
        for row in read_parquet(path, DOCUMENTS).to_pylist()
        if row["id"] in used
    )
    assert {s.name: s.documents for s in sheet.shares["year"]} == years
    assert {s.name: s.num_bytes for s in sheet.shares["licence"]} == {"CC0-1.0": sheet.num_bytes}


def test_datasheet_funnel_adds_up_from_pages_to_the_mixture(sheet: Datasheet) -> None:
    assert [step.stage for step in sheet.funnel] == ["extract", "clean", "dedup", "mix"]
    for step in sheet.funnel:
        assert step.rows_in == step.rows_out + sum(step.dropped.values())
    for before, after in zip(sheet.funnel, sheet.funnel[1:], strict=False):
        assert before.rows_out == after.rows_in
    assert sheet.funnel[-1].rows_out == sheet.documents


def test_datasheet_of_an_empty_lake_is_empty(tmp_path: Path) -> None:
    sheet = datasheet(Lake(str(tmp_path / "lake")))
    assert (sheet.documents, sheet.snapshots, sheet.funnel) == (0, [], [])
    assert "Dataset (empty)" in as_page(sheet)


def test_datasheet_pages_show_every_count_and_no_markup_of_others(sheet: Datasheet) -> None:
    hostile = Sample(stage="clean", reason="code", detail="a|b", excerpt="<script>alert(1)</script> | x")
    sheet = sheet.model_copy(update={"samples": [hostile]})
    text, page = as_markdown(sheet), as_page(sheet)
    for step in sheet.funnel:
        for shown in (text, page):
            assert f"{step.rows_out:,}" in shown
            assert all(reason in shown for reason in step.dropped)
    assert "<script" not in text + page
    assert "a\\|b" in text
    assert page.count("<svg") >= 7
    assert "http" not in page.replace("https://www.w3.org", "")
