"""Jobs in process: what they learn, what they write, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from sportslm_model import entry
from sportslm_model.chat_format import question_prompt
from sportslm_model.checkpoint import load_model, model_digest, save_model
from sportslm_model.config import (
    AlignConfig,
    JobConfig,
    PretrainConfig,
    SftConfig,
    from_hyperparameters,
    to_hyperparameters,
)
from sportslm_model.generation import ChatSession, Sampling
from sportslm_model.job import JobFolder
from sportslm_model.tokenizer import Tokenizer
from sportslm_model.training.schedule import learning_rate
from tests.sportslm_model.small_inputs import MakeJob

FAST = {"context_length": 128, "num_threads": 1, "precision": "fp32", "checkpoint_every_s": 0}


def run(root: Path) -> Path:
    """Run a job in this process; return its model folder."""
    entry.run(JobFolder(root))
    return root / "model"


@pytest.fixture
def base(make_job: MakeJob) -> Path:
    """A briefly pretrained model."""
    return run(
        make_job("base", "pretrain", PretrainConfig(preset="tiny", num_steps=20, learning_rate=1e-2, **FAST))
    )


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path.parent


def conversation(number: int, answer: str) -> dict[str, object]:
    messages = [
        {"role": "user", "content": question_prompt(f"Who won game {number}?"), "loss": False},
        {"role": "assistant", "content": answer, "loss": True},
    ]
    return {"id": f"c{number}", "messages": messages}


def test_pretrain_lowers_validation_loss_and_records_where_from(make_job: MakeJob) -> None:
    config = PretrainConfig(
        preset="tiny", num_steps=30, validation_every_steps=10, learning_rate=1e-2, **FAST
    )
    model = run(make_job("job", "pretrain", config))
    training = json.loads((model / "training.json").read_text("utf-8"))
    losses = [point["validation_loss_nats"] for point in training["losses"]]
    assert [point["step"] for point in training["losses"]] == [10, 20, 30]
    assert losses[2] < losses[1] < losses[0] < 5
    assert training["dataset"] == "test-dataset"
    assert training["tokens"] == 30 * 8 * 128


def test_pretrain_in_micro_batches_gives_the_same_losses_to_rounding(make_job: MakeJob) -> None:
    weights = []
    for name, micro in (("whole", 0), ("parts", 3)):
        config = PretrainConfig(preset="tiny", num_steps=3, micro_batch_sequences=micro, **FAST)
        weights.append(load_model(run(make_job(name, "pretrain", config))).state_dict())
    for name, tensor in weights[0].items():
        torch.testing.assert_close(weights[1][name], tensor, atol=2e-4, rtol=1e-3)


def test_pretrain_from_a_checkpoint_goes_on_with_its_weights(make_job: MakeJob, base: Path) -> None:
    config = PretrainConfig(init="checkpoint", num_steps=1, learning_rate=1e-9, **FAST)
    model = run(make_job("on", "pretrain", config, init=base))
    assert json.loads((model / "training.json").read_text("utf-8"))["init"] == model_digest(base)
    torch.testing.assert_close(load_model(model).embedding.weight, load_model(base).embedding.weight)


def test_pretrain_from_broken_weights_says_it_diverged(
    make_job: MakeJob, base: Path, tokenizer: Tokenizer
) -> None:
    model = load_model(base)
    model.embedding.weight[7] = float("nan")
    save_model(base, model, tokenizer, {})
    root = make_job("job", "pretrain", PretrainConfig(init="checkpoint", num_steps=5, **FAST), init=base)
    assert entry.main(["--root", str(root)]) == 1
    assert "the loss became nan at step 1 of 5 (learning rate" in (root / "output" / "failure").read_text(
        "utf-8"
    )
    assert not list((root / "model").glob("*"))


def test_sft_teaches_the_answers_and_counts_what_it_dropped(
    make_job: MakeJob, base: Path, tmp_path: Path
) -> None:
    rows = [conversation(number, "Comets") for number in range(40)]
    rows.append(conversation(98, "Lions " * 200))
    rows.append({"id": "c99", "messages": [{"role": "user", "content": "Hello?", "loss": False}]})
    folder = write_lines(tmp_path / "conversations" / "train.jsonl", rows)
    write_lines(folder / "validation.jsonl", [conversation(number, "Comets") for number in range(50, 58)])
    config = SftConfig(num_epochs=24, learning_rate=5e-3, **FAST)
    model = run(make_job("sft", "sft", config, init=base, conversations=folder))
    training = json.loads((model / "training.json").read_text("utf-8"))
    assert training["dropped"] == {"too_long": 1, "nothing_to_learn": 1}
    assert training["steps"] == 24 * 3
    assert training["losses"][-1]["validation_loss_nats"] < 0.1
    session = ChatSession.open(model, Sampling(temperature=0))
    assert "".join(session.reply(question_prompt("Who won game 77?"))) == "Comets"


def test_align_prefers_the_chosen_answers(make_job: MakeJob, base: Path, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": f"p{number}",
            "prompt": [{"role": "user", "content": question_prompt(f"Who won game {number}?")}],
            "chosen": "Comets",
            "rejected": "Lions",
        }
        for number in range(60)
    ]
    folder = write_lines(tmp_path / "preferences" / "preferences.jsonl", rows)
    config = AlignConfig(num_epochs=3, learning_rate=1e-3, **FAST)
    model = run(make_job("align", "align", config, init=base, conversations=folder))
    last = json.loads((model / "training.json").read_text("utf-8"))["losses"][-1]
    assert last["validation_accuracy"] == 1.0
    # Before any step the loss is log 2 for every pair.
    assert last["validation_loss_nats"] < 0.6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"preset": '"huge"'}, "no model preset is called 'huge'"),
        ({"num_steps": "-1"}, "num_steps: Input should be greater than or equal to 0"),
        ({"num_steps": "many"}, "hyperparameter num_steps is 'many', needed JSON"),
        ({"budget_tokens": "100"}, "exactly one must be above 0"),
        ({"colour": '"red"'}, "colour: Extra inputs are not permitted"),
        ({"job": "dance"}, "job is 'dance', needed one of pretrain"),
    ],
)
def test_entry_with_bad_settings_fails_in_one_line(
    make_job: MakeJob, change: dict[str, str], said: str
) -> None:
    root = make_job("job", "pretrain", PretrainConfig())
    path = root / "input" / "config" / "hyperparameters.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    assert entry.main(["--root", str(root)]) == 1
    failure = (root / "output" / "failure").read_text("utf-8")
    assert said in failure
    assert failure.count("\n") == 1


@pytest.mark.parametrize(
    "config", [PretrainConfig(learning_rate=1e-4), SftConfig(seed=7), AlignConfig(beta=0.5)]
)
def test_hyperparameters_round_trip_as_strings(config: JobConfig) -> None:
    names = {PretrainConfig: "pretrain", SftConfig: "sft", AlignConfig: "align"}
    written = to_hyperparameters(names[type(config)], config)  # type: ignore[arg-type]  # all are job names
    assert all(isinstance(value, str) for value in written.values())
    assert from_hyperparameters(json.loads(json.dumps(written))) == (names[type(config)], config)


def test_learning_rate_warms_up_peaks_and_ends_at_its_floor() -> None:
    for schedule in ("cosine", "wsd"):
        config = PretrainConfig.model_validate(
            {"learning_rate": 1.0, "warmup_steps": 10, "schedule": schedule}
        )
        rates = [learning_rate(config, step, 100) for step in range(100)]
        assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
        assert max(rates) == 1.0
        assert rates[99] == pytest.approx(0.1)
        assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[50] == 1.0
    assert rates[90] < 0.5


def test_tokenizer_of_another_model_is_refused(make_job: MakeJob, base: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in base.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    tokenizer = json.loads((other / "tokenizer.json").read_text("utf-8"))
    kept = {token: i for token, i in tokenizer["model"]["vocab"].items() if i < 200}
    assert Tokenizer.load(base).vocab_size == 384
    tokenizer["model"] |= {"vocab": kept, "merges": []}
    (other / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    (other / "state.json").unlink()
    config = SftConfig(**FAST)
    root = make_job(
        "sft", "sft", config, init=other, conversations=write_lines(tmp_path / "c" / "train.jsonl", [])
    )
    with pytest.raises(ValueError, match="vocabulary of 384, the tokenizer needs 256"):
        entry.run(JobFolder(root))
