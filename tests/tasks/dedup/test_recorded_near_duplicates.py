"""Deduplication of 499 BBC Sport articles whose similar pairs are known exactly."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
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


def decisions(folder: Path, docs: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Deduplicate documents in the order given; return what the scorer wants."""
    ids = {document_id("test", doc["id"], doc["text"]): doc["id"] for doc in docs}
    rows = [
        {"id": id_, "source": "test", "ordinal": number, "events": [], "num_bytes": 0, "text": doc["text"]}
        for number, (id_, doc) in enumerate(zip(ids, docs, strict=True))
    ]
    write_parquet(table_of(rows, CLEAN), folder / "clean.parquet")
    out, _ = deduplicate_in(folder / "out", [folder / "clean.parquet"], DedupConfig())
    gone = read_parquet(out.local("decision", "removed.parquet"), REMOVED).to_pylist()
    witnesses = {ids[row["id"]]: ids[row["witness_id"]] for row in gone}
    return [
        {"id": doc["id"], "kept": doc["id"] not in witnesses, "witness": witnesses.get(doc["id"])}
        for doc in docs
    ]


def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("dedup_score", SHARED / "tools/dedup_score.py")
    assert spec is not None
    assert spec.loader is not None
    tool: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def edited(text: str, rng: random.Random) -> str:
    """Return a text with words changed, sentences dropped, paragraphs reordered or a header added."""
    share = rng.choice((0.005, 0.01, 0.02, 0.03, 0.05))
    how = rng.choice(("words", "sentences", "paragraphs", "header"))
    if how == "words":
        words = text.split(" ")
        return " ".join(f"other{rng.randrange(999)}" if rng.random() < share else word for word in words)
    if how == "sentences":
        kept = [part for part in text.split(". ") if rng.random() > 4 * share]
        return ". ".join(kept) or text
    if how == "paragraphs":
        parts = text.split("\n")
        rng.shuffle(parts)
        return "\n".join(parts)
    header = " ".join(f"header{rng.randrange(999)}" for _ in range(int(len(text.split()) * 8 * share)))
    return f"{header}\n{text}"


@pytest.mark.slow
def test_dedup_finds_planted_edits_of_2000_real_articles(tmp_path: Path) -> None:
    texts: list[str] = []
    for path in sorted((SHARED / "data/news_slices").glob("*.gz"))[:2]:
        with gzip.open(path, "rt", encoding="utf8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    rng = random.Random(1)
    texts = texts[:2000]
    assert len(texts) == 2000
    docs = [{"id": f"o{n}", "text": text} for n, text in enumerate(texts)]
    docs += [{"id": f"e{n}", "text": edited(text, rng)} for n, text in enumerate(texts)]
    tool = scorer()
    found = {each["id"]: each for each in decisions(tmp_path, docs)}
    sets = {doc["id"]: tool.shingles(doc["text"]) for doc in docs}
    hits: dict[bool, list[bool]] = {False: [], True: []}
    for number in range(2000):
        similarity = tool.jaccard(sets[f"o{number}"], sets[f"e{number}"])
        if similarity >= 0.7 and found[f"o{number}"]["kept"]:
            hits[similarity >= 0.8].append(not found[f"e{number}"]["kept"])
    assert min(len(hits[False]), len(hits[True])) > 150, {high: len(each) for high, each in hits.items()}
    assert sum(hits[False]) / len(hits[False]) >= 0.93
    assert sum(hits[True]) / len(hits[True]) >= 0.99
    for each in found.values():
        assert each["kept"] or tool.jaccard(sets[each["id"]], sets[each["witness"]]) >= 0.7


def test_dedup_recorded_articles_precision_is_one_and_recall_above_its_floor(tmp_path: Path) -> None:
    with gzip.open(SHARED / "data/near_duplicates/bbcsport.jsonl.gz", "rt", encoding="utf8") as lines:
        docs: list[dict[str, Any]] = [json.loads(line) for line in lines]
    score = scorer().score(docs, decisions(tmp_path, docs))
    assert score["precision"] == 1.0
    assert score["recall"] >= 0.97
