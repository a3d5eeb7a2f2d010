"""The whole chain as a user runs it: once, again, and after something was changed, lost or altered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.order import STAGES
from tests.flows.conftest import TinyRun
from tests.flows.house import Answer, Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flows")]

WALKED = [stage for stage in STAGES if stage != "align"]  # preference tuning is off by default


def test_run_first_goes_from_the_web_to_a_champion(tiny: TinyRun) -> None:
    made = tiny.first.json
    assert [step["stage"] for step in made["steps"]] == WALKED
    assert set(tiny.first.states.values()) == {"Completed"}
    for step in made["steps"]:
        assert step["rows_in"] == step["rows_out"] + sum(step["dropped"].values()), step["stage"]
    assert (made["model"], made["version"], made["alias"]) == ("sportslm", 1, "champion")
    assert (made["snapshot"], made["lake"]) == ("20261120T0600Z", str(tiny.home.lake))
    for line, stage in zip(tiny.first.err.splitlines(), WALKED, strict=True):
        assert line.startswith(stage), f"stderr holds more than a line per stage: {line}"


def test_run_again_is_cached_and_touches_no_file(tiny: TinyRun) -> None:
    before = tiny.home.files()
    again = tiny.home.run()
    assert again.built == []
    assert tiny.home.files() == before
    assert again.json["alias"] == "champion"
    assert [step["content_digest"] for step in again.json["steps"]] == [
        step["content_digest"] for step in tiny.first.json["steps"]
    ]
    said = tiny.home.sportslm("run").out  # for people
    assert "All 13 stages Cached" in said
    assert "sportslm version 1, alias champion" in said
    assert "chat --profile tiny" in said


def test_run_heals_what_was_lost_or_altered_stage_by_stage(tiny: TinyRun, copy: Home) -> None:
    reference = tiny.home.manifests()

    def heals(stages: list[str], *told: str) -> None:
        answer = copy.run("--until", "evaluate")
        assert answer.built == stages, answer.err
        for line in told:
            assert line in answer.err, "what is rebuilt, and why, was not said"

    def lose(path: Path) -> str:
        path.unlink()
        return f"{path.relative_to(copy.lake)} (gone)"

    def alter(path: Path) -> str:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        return f"{path.relative_to(copy.lake)} (altered)"

    heals(["dedup"], lose(copy.file("unique", "00000/unique.parquet")))
    base = next(key for key, found in reference.items() if found["stage"] == "pretrain")
    weights = next(f for f in reference[base]["files"] if f["name"].endswith("weights.safetensors"))
    told = [
        alter(copy.file("mixture", "mixture.parquet")),
        alter(sorted(copy.lake.glob("tokens/*/*/*/*/*.bin"))[0]),
        lose(copy.lake / base.removesuffix("manifest.json") / weights["path"]),
    ]
    heals(["mix", "encode", "pretrain"], *told)
    (copy.artifact("clean") / "manifest.json").unlink()  # what no manifest lists does not exist
    heals(["clean"])
    now = copy.manifests()
    assert {key: found["content_digest"] for key, found in now.items()} == {
        key: found["content_digest"] for key, found in reference.items()
    }
    assert copy.sportslm("lake", "verify", "--json").json["damaged"] == []


def test_run_with_raw_data_damaged_is_refused_and_rebuilds_nothing(copy: Home) -> None:
    segment = sorted(copy.lake.glob("raw/*/*/*/*/sim-news/*.warc.gz"))[0]
    segment.unlink()
    before = copy.files()
    said = copy.run().refusal()
    assert f"{segment.relative_to(copy.lake)} (gone)" in said
    assert "restore these files from a backup" in said
    assert "--set snapshot=new" in said
    assert copy.sportslm("stage", "crawl", "--refresh").refusal().startswith("a crawl cannot be refreshed")
    assert copy.files() == before


def test_run_with_raw_manifest_lost_keeps_the_pages_of_that_day(tiny: TinyRun, copy: Home) -> None:
    (copy.artifact("raw") / "manifest.json").unlink()
    answer = copy.run("--until", "extract")
    assert answer.built == ["crawl"]
    before, after = (
        {path.name: path.read_bytes() for path in home.lake.glob("raw/*/*/*/*/*/*.warc.gz")}
        for home in (tiny.home, copy)
    )
    assert before == after, "pages were fetched again under an old date"


def test_change_of_a_dedup_field_is_planned_and_rebuilds_just_what_follows(copy: Home) -> None:
    before = copy.files()
    changed = ("--set", "dedup.threshold=0.8")
    planned = {line["stage"]: line for line in copy.sportslm("plan", "--json", *changed).json}
    assert list(planned) == WALKED
    assert [stage for stage, line in planned.items() if line["state"] == "cached"] == [
        "crawl",
        "extract",
        "topics",
        "clean",
    ]
    assert planned["dedup"]["state"] == "run"
    assert planned["dedup"]["why"] == "dedup.threshold: 0.7 -> 0.8"
    assert planned["dedup"]["rows_out"] > 0
    for stage in WALKED[WALKED.index("mix") :]:
        assert planned[stage]["state"] == "run unless same", stage
        assert "will be rebuilt" in planned[stage]["why"]
    for_people = copy.sportslm("plan", *changed).out
    assert "dedup.threshold: 0.7 -> 0.8" in for_people
    assert "9 of 13 stages would run" in for_people
    assert copy.files() == before, "a plan wrote something"
    answer = copy.run("--until", "encode", *changed)
    assert list(answer.states) == [
        "crawl",
        "extract",
        "topics",
        "clean",
        "dedup",
        "mix",
        "tokenizer",
        "encode",
    ]
    assert answer.built == ["dedup", "mix", "tokenizer", "encode"]
    assert copy.run("--until", "encode").built == [], "the old results are still there"
    assert all(line["state"] == "cached" for line in copy.sportslm("plan", "--json").json)


def test_change_that_gives_the_same_bytes_stops_the_wave(copy: Home) -> None:
    # No text is near either limit: cleaning runs, gives what it gave, and nothing after it runs.
    assert copy.run("--until", "sft", "--set", "clean.max_bytes=2000000").built == ["clean"]
    # The band index records how it was made, so `unique` is another artifact; its texts and training stay.
    answer = copy.run("--until", "sft", "--set", "dedup.max_candidates=65")
    assert answer.built == ["dedup", "mix", "tokenizer", "encode", "conversations"]


def test_stage_alone_needs_its_inputs_and_makes_nothing_else(empty: Home, copy: Home) -> None:
    answer = copy.sportslm("stage", "conversations", "--set", "conversations.seed=9", "--json")
    assert answer.built == ["conversations"]
    said = copy.sportslm("stage", "pretrain", "--set", "dedup.threshold=0.8").refusal()
    assert said.startswith("stage pretrain needs dedup of snapshot 20261120T0600Z, which is not in the lake")
    assert "dedup.threshold: 0.7 -> 0.8" in said
    again = copy.sportslm("stage", "tokenizer", "--refresh", "--json")
    assert again.built == ["tokenizer"]
    assert copy.run("--until", "encode", "--refresh", "clean", "--refresh", "encode").built == [
        "clean",
        "encode",
    ]
    assert copy.sportslm("lake", "verify", "--json").json["damaged"] == []
    shutil.rmtree(empty.path)
    assert "needs crawl" in empty.sportslm("stage", "clean").refusal()
    assert not empty.lake.exists(), "a refused stage made a lake"


def test_refresh_of_the_data_costs_what_is_new(copy: Home) -> None:
    tomorrow = ("--set", "snapshot=20261121T0600Z", "--set", "crawl.simulated_matchday=3")
    answer = copy.run("--until", "encode", *tomorrow)
    steps = [(step["stage"], step["snapshot"], step["state"]) for step in answer.json["steps"]]
    for stage in ("crawl", "extract", "clean", "dedup"):
        assert (stage, "20261120T0600Z", "Cached") in steps
        assert (stage, "20261121T0600Z", "Completed") in steps
    pages = {(step["stage"], step["snapshot"]): step["rows_out"] for step in answer.json["steps"]}
    assert 0 < pages["crawl", "20261121T0600Z"] < pages["crawl", "20261120T0600Z"]
    mixed = next(step for step in answer.json["steps"] if step["stage"] == "mix")
    assert mixed["rows_in"] == sum(pages["dedup", day] for day in ("20261120T0600Z", "20261121T0600Z"))
    said = copy.run("--set", "crawl.simulated_matchday=3").refusal()
    assert "snapshot 20261120T0600Z was crawled with crawl.simulated_matchday=2, not 3" in said


def digests(answer: Answer) -> dict[str, str]:
    return {step["stage"]: step["content_digest"] for step in answer.json["steps"]}


def test_two_runs_at_once_both_succeed_with_the_same_digests(empty: Home) -> None:
    little = ["run", "--json", "--set", "pretrain.num_steps=4", "--set", "sft.num_steps=2"]
    little += ["--set", "evaluate.max_open_book_items=4", "--set", "evaluate.speed_tokens=0"]
    started = [empty.start(*little) for _ in range(2)]
    ended = [(process.communicate(), process.returncode) for process in started]
    answers = [Answer(code, out, err) for (out, err), code in ended]
    first, second = (digests(answer) for answer in answers)
    assert first == second
    assert len(empty.manifests()) == len(WALKED)
    assert [answer.json["version"] for answer in answers] == [1, 1]
    assert len(empty.sportslm("models", "history", "--json").json) == 1
    assert empty.run(*little[2:]).built == []
    verified = empty.sportslm("lake", "verify", "--json").json
    assert verified["damaged"] == []
    jobs = empty.sportslm("jobs", "list", "--json").json
    assert {job["state"] for job in jobs} == {"archived"}
    assert not list((empty.path / "jobs").glob("*/ml")), json.dumps(jobs)
