"""Deduplication of 499 BBC Sport articles whose similar pairs are known exactly."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tasks.dedup.config import DedupConfig
from tasks.dedup.pipeline import deduplicate_in
from tasks.identity import document_id
from tasks.schema import CLEAN, REMOVED, read_parquet, table_of, write_parquet

SHARED = Path(__file__).parents[4] / "shared"

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not (SHARED / "data").exists(), reason="no ../shared/data beside the checkout"),
]


def test_dedup_recorded_articles_precision_is_one_and_recall_above_its_floor(tmp_path: Path) -> None:
    with gzip.open(SHARED / "data/near_duplicates/bbcsport.jsonl.gz", "rt", encoding="utf8") as lines:
        docs: list[dict[str, Any]] = [json.loads(line) for line in lines]
    ids = {document_id("bbc", doc["id"], doc["text"]): doc["id"] for doc in docs}
    rows = [
        {
            "id": id_,
            "source": "bbc",
            "ordinal": number,
            "events": [],
            "quality": 0.5,
            "num_bytes": 0,
            "text": doc["text"],
        }
        for number, (id_, doc) in enumerate(zip(ids, docs, strict=True))
    ]
    write_parquet(table_of(rows, CLEAN), tmp_path / "clean.parquet")
    out, _ = deduplicate_in(tmp_path / "out", [tmp_path / "clean.parquet"], DedupConfig())
    gone = read_parquet(out.local("decision", "removed.parquet"), REMOVED).to_pylist()
    witnesses = {ids[row["id"]]: ids[row["witness_id"]] for row in gone}
    decisions = [
        {"id": doc["id"], "kept": doc["id"] not in witnesses, "witness": witnesses.get(doc["id"])}
        for doc in docs
    ]
    spec = importlib.util.spec_from_file_location("dedup_score", SHARED / "tools/dedup_score.py")
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    score = tool.score(docs, decisions)
    assert score["precision"] == 1.0
    assert score["recall"] >= 0.97
