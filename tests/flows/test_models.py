"""What can be done with what a run made: look at it, talk to it, trace it, promote it, take that back."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.flows.conftest import TinyRun
from tests.flows.house import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flows")]


def test_model_answers_in_generate_chat_and_mlflow(tiny: TinyRun, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("generate", "The", "--max-tokens", "12", "--seed", "3")
    made = tiny.home.sportslm(*asked, "--json").json
    assert 0 < made["tokens"] <= 12
    assert made["text"]
    assert tiny.home.sportslm(*asked).out == f"The{made['text']}\n", "the same seed gave another text"
    chat = tiny.home.sportslm("chat", "--max-tokens", "8", said="Who won?\nWho lost?\n\nnot read\n")
    assert chat.code == 0, chat.err
    assert len(chat.out.splitlines()) >= 2
    assert "Traceback" not in chat.err

    import mlflow

    from flows.environment import tracking_uri

    for name, value in tiny.home.environment.items():
        monkeypatch.setenv(name, value)
    mlflow.set_tracking_uri(tracking_uri(tiny.home.path))
    try:
        model = mlflow.pyfunc.load_model("models:/sportslm@champion")
        answers = model.predict(["Who won?", "Who lost?"], params={"max_tokens": 8})
    finally:
        mlflow.set_tracking_uri(None)
    assert len(answers) == 2
    assert all(isinstance(answer, str) for answer in answers)


def test_model_is_listed_reported_and_pulled(tiny: TinyRun, tmp_path: Path) -> None:
    (listed,) = tiny.home.sportslm("models", "list", "--json").json
    report = tiny.home.sportslm("report", "--json").json
    assert (listed["version"], listed["aliases"]) == (1, ["candidate", "champion"])
    assert listed["bits_per_byte"] == pytest.approx(report["metrics"]["bits_per_byte"], abs=1e-4)
    (entry,) = tiny.home.sportslm("models", "history", "--json").json
    assert (entry["number"], entry["version"], entry["replaces"], entry["why"]) == (
        1,
        1,
        None,
        "no floors are set",
    )
    assert entry["who"]
    said = tiny.home.sportslm("report").out
    page = Path(said.rsplit("Report: ", 1)[1].strip())
    assert "<html" in page.read_text("utf-8").lower()
    assert (page.parent / "report.md").exists()
    target = tmp_path / "pulled"
    assert tiny.home.sportslm("models", "pull", "champion", "--to", str(target)).code == 0
    assert {"weights.safetensors", "tokenizer.json", "config.json"} <= {
        path.name for path in target.iterdir()
    }
    assert "exists already" in tiny.home.sportslm("models", "pull", "1", "--to", str(target)).refusal()
    assert "no model 'elder'" in tiny.home.sportslm("report", "elder").refusal()


def test_lineage_leads_from_the_model_to_the_crawl_and_follows_a_document(tiny: TinyRun) -> None:
    nodes = tiny.home.sportslm("lineage", "champion", "--json").json
    stages = {node["stage"] for node in nodes.values()}
    assert stages == {step["stage"] for step in tiny.first.json["steps"]}
    for path, node in nodes.items():
        assert (tiny.home.lake / path / "manifest.json").exists()
        for refs in node["inputs"].values():
            assert set(refs) <= set(nodes)
    removed = pq.read_table(tiny.home.file("unique", "removed.parquet")).to_pylist()[0]
    rows = tiny.home.sportslm("lineage", removed["id"], "--json").json
    assert [row["stage"] for row in rows] == ["extract", "clean", "dedup"]
    assert removed["witness_id"] in rows[-1]["outcome"]
    url = next(part for part in rows[0]["outcome"].split(", ") if part.startswith("url=")).removeprefix(
        "url="
    )
    assert tiny.home.sportslm("lineage", url, "--json").json == rows
    nowhere = "https://example.org/never"
    assert f"no document {nowhere}" in tiny.home.sportslm("lineage", nowhere).refusal()


def test_lake_and_jobs_show_what_is_there(tiny: TinyRun) -> None:
    before = tiny.home.files()
    listed = tiny.home.sportslm("lake", "list", "--json").json
    assert [snapshot["id"] for snapshot in listed["snapshots"]] == ["20261120T0600Z"]
    assert len(listed["artifacts"]) == len(tiny.home.manifests())
    only = tiny.home.sportslm("lake", "list", "tokens", "--json").json["artifacts"]
    shown = tiny.home.sportslm("lake", "show", f"tokens/20261120T0600Z/{only[0]['fingerprint']}").out
    assert "tokens.bin" in shown or ".bin" in shown
    assert "unknown artifact 'tables'" in tiny.home.sportslm("lake", "list", "tables").refusal()
    assert "nothing is committed at raw/never" in tiny.home.sportslm("lake", "show", "raw/never").refusal()
    verified = tiny.home.sportslm("lake", "verify", "--json").json
    assert verified["damaged"] == []
    assert verified["files"] > 30
    garbage = tiny.home.sportslm("lake", "gc", "--dry-run", "--older-than", "0", "--json").json
    for key, manifest in tiny.home.manifests().items():
        folder = key.removesuffix("manifest.json")
        assert not {key, *(f"{folder}{file['path']}" for file in manifest["files"])} & set(garbage)
    assert tiny.home.files() == before
    jobs = tiny.home.sportslm("jobs", "list", "--json").json
    assert [(job["job"], job["state"]) for job in jobs] == [
        (name, "archived") for name in ("pretrain", "sft", "evaluate")
    ]
    assert tiny.home.sportslm("jobs", "logs", jobs[0]["name"]).code == 0
    assert "no job nothing" in tiny.home.sportslm("jobs", "logs", "nothing").refusal()
    assert not list((tiny.home.path / "jobs").glob("*/ml")), "a committed job left its folders"


def test_lake_gc_takes_leftovers_and_nothing_else(copy: Home) -> None:
    listed = json.loads((copy.artifact("mixture") / "manifest.json").read_text())["files"]
    leftover = copy.artifact("mixture") / "abc123" / "00000" / "mixture.parquet"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    assert copy.sportslm("lake", "gc", "--json").json == {}, "a run may be writing that right now"
    taken = copy.sportslm("lake", "gc", "--older-than", "0", "--json").json
    assert leftover.relative_to(copy.lake).as_posix() in taken
    assert not leftover.exists()
    assert all((copy.artifact("mixture") / file["path"]).exists() for file in listed)
    assert copy.run("--until", "evaluate").built == []


def test_second_model_is_held_back_by_floors_promoted_by_hand_and_rolled_back(copy: Home) -> None:
    # The copy has a history but no registry, as after its database was deleted: it is registered again.
    again = copy.run().json
    assert (again["version"], again["alias"]) == (1, "champion")
    assert again["decision"].startswith("registered again")
    assert len(copy.sportslm("models", "history", "--json").json) == 1

    other = ["--set", "pretrain.seed=2", "--set", "sft.enabled=false", "--set", "pretrain.num_steps=5"]
    other += ["--set", "evaluate.max_open_book_items=4", "--set", "evaluate.speed_tokens=0"]
    held = copy.run(*other, "--set", "register.floors={bits_per_byte: 0.01, open_book_accuracy: 0.0}").json
    assert (held["version"], held["alias"]) == (2, "candidate")
    assert held["decision"].startswith("floors not reached: bits_per_byte: ")
    assert "needed at most 0.01" in held["decision"]
    assert "open_book_accuracy" not in held["decision"]
    aliases = {row["version"]: row["aliases"] for row in copy.sportslm("models", "list", "--json").json}
    assert aliases == {2: ["candidate"], 1: ["champion"]}

    assert "needs a reason" in copy.sportslm("models", "promote", "2", "--why", " ").refusal()
    assert "no version 7 of sportslm" in copy.sportslm("models", "promote", "7", "--why", "x").refusal()
    promoted = copy.sportslm("models", "promote", "2", "--why", "the new season needs it")
    assert promoted.out == "version 2 is champion now (promotion 2, instead of 1)\n", promoted.err
    assert "champion already" in copy.sportslm("models", "promote", "2", "--why", "again").refusal()
    back = copy.sportslm("models", "rollback", "--why", "it invents scores")
    assert back.out.startswith("version 1 is champion again (promotion 3, instead of 2)"), back.err
    history = copy.sportslm("models", "history", "--json").json
    assert [(e["number"], e["version"], e["why"]) for e in history[1:]] == [
        (2, 2, "the new season needs it"),
        (3, 1, "it invents scores"),
    ]
    aliases = {row["version"]: row["aliases"] for row in copy.sportslm("models", "list", "--json").json}
    assert aliases == {2: ["previous"], 1: ["candidate", "champion"]}
