"""The ledger against a lake that real stages made, counted a second way."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.doors import CONTRACTS
from tasks.clean.config import CleanConfig
from tasks.dedup.config import DedupConfig
from tasks.encode.config import EncodeConfig
from tasks.extract.config import ExtractConfig
from tasks.imports.snapshot import ImportConfig, import_snapshot
from tasks.lake import Artifact, Lake
from tasks.mix.config import MixConfig
from tasks.policy import COLUMNS, policy_ledger, table_rows
from tasks.schema import MIXTURE, TOKENS_INDEX, UNIQUE, read_parquet
from tasks.stage import build_artifact
from tasks.tokenizer.config import TokenizerConfig
from tasks.topics.config import TopicsConfig
from tests.tasks.fixed_pages import write_warc
from tests.tasks.stages import SERIAL


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, dict[str, Artifact]]:
    folder = tmp_path_factory.mktemp("policy")
    lake = Lake(str(folder / "lake"))
    import_snapshot(
        lake,
        [write_warc(folder / "fixed.warc")],
        ImportConfig(source="fixed", licence="CC0-1.0"),
        SERIAL,
        datetime(2026, 11, 20, 6, 0, tzinfo=UTC),
    )
    (snapshot,) = lake.snapshots()
    found = {"raw": lake.artifact_at(snapshot.artifacts["raw"])}

    def build(stage: str, settings: object, **inputs: str) -> None:
        given = {name: [found[source]] for name, source in inputs.items()}
        given |= {"earlier": []} if stage == "dedup" else {}
        found[stage] = build_artifact(lake, CONTRACTS[stage], snapshot.id, settings, given, SERIAL)  # type: ignore[arg-type]

    build("extract", ExtractConfig(), raw="raw")
    build("topics", TopicsConfig())
    build("clean", CleanConfig(), documents="extract", classifiers="topics")
    build("dedup", DedupConfig(), clean="clean")
    build("mix", MixConfig(validation_ratio=0.2), unique="dedup", documents="extract")
    build("tokenizer", TokenizerConfig(vocab_size=384), mixture="mix", unique="dedup", documents="extract")
    build("encode", EncodeConfig(), unique="dedup", tokenizer="tokenizer")
    return lake, found


def test_ledger_counts_what_each_stage_left_and_the_mixture_uses(
    made: tuple[Lake, dict[str, Artifact]], tmp_path: Path
) -> None:
    lake, found = made
    (row,) = policy_ledger(lake, tmp_path).sources
    assert row.source == "fixed"
    assert row.licences == {"CC0-1.0": found["extract"].rows_out}
    assert row.robots == row.terms == {"imported": found["extract"].rows_out}
    assert row.documents == found["extract"].rows_out
    assert row.kept == found["dedup"].rows_out
    (mixture,) = lake.paths(found["mix"], "mixture.parquet")
    used = {r["id"] for r in read_parquet(mixture, MIXTURE).to_pylist() if r["exclusion"] is None}
    assert 0 < len(used) == row.mixture_documents
    unique = [
        r for p in lake.paths(found["dedup"], "unique.parquet") for r in read_parquet(p, UNIQUE).to_pylist()
    ]
    assert row.mixture_bytes == sum(len(r["text"].encode()) for r in unique if r["id"] in used)
    index = [
        r
        for p in lake.paths(found["encode"], "index.parquet")
        for r in read_parquet(p, TOKENS_INDEX).to_pylist()
    ]
    assert row.tokens == sum(r["length"] for r in index if r["id"] in used) > 0


def test_ledger_tells_the_last_check_and_fills_every_column(
    made: tuple[Lake, dict[str, Artifact]], tmp_path: Path
) -> None:
    checks = tmp_path / "checks/fixed"
    checks.mkdir(parents=True)
    for day in ("20261118", "20261119"):
        (checks / f"{day}T060000Z.json").write_text(json.dumps({"source": "fixed", "checked_at": day}))
    ledger = policy_ledger(made[0], tmp_path)
    assert ledger.sources[0].checked_at == "20261119"
    (row,) = table_rows(ledger)
    assert list(row) == [name.lstrip("#") for name in COLUMNS]
    json.dumps(row)


def test_ledger_of_an_empty_lake_names_no_source(tmp_path: Path) -> None:
    ledger = policy_ledger(Lake(str(tmp_path / "lake")), tmp_path)
    assert ledger.sources == []
    assert ledger.title.endswith("no mixture yet")
