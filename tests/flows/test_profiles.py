"""Profiles, settings and what is said about mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from flows.profiles import ConfigError, load_config, profile_names
from tasks.config import PipelineConfig


@pytest.mark.parametrize("name", profile_names())
def test_profile_as_shipped_loads(name: str) -> None:
    config = load_config(name, environment={})
    assert config.home
    assert load_config(name, environment={}) == config


def test_profile_unknown_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match="unknown profile 'dmeo'; there are: demo, local, tiny"):
        load_config("dmeo", environment={})


def test_profile_malformed_yaml_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("home: here\ndedup:\n  threshold: [0.8\nmix: {}\n")
    with pytest.raises(ConfigError, match=rf"{path} is not YAML at line 4"):
        load_config(str(path), environment={})
    path.write_text("- a list\n")
    with pytest.raises(ConfigError, match="must hold keys and values, found list"):
        load_config(str(path), environment={})
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(str(path / "below.yaml"), environment={})


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("dedup.treshold=0.8", r"unknown key dedup\.treshold; did you mean dedup\.threshold\?"),
        ("dedupe.threshold=0.8", r"unknown key dedupe; did you mean dedup\?"),
        ("zzz=1", "unknown key zzz; there are: home, lake, snapshot"),
        ("dedup.threshold=1.5", r"dedup\.threshold=1\.5: input should be less than or equal to 1"),
        ("clean.min_words=many", r"clean\.min_words='many': input should be a valid integer"),
        ("dedup.num_bands=100", "100 bands of 6 rows need 600 permutations"),
        ("pretrain.preset=huge", r"pretrain\.preset='huge': no such model preset; there are: tiny, demo"),
        ("pretrain.num_steps", "--set pretrain.num_steps: write key=value"),
        ("home.sub=1", "home is a value, it has no keys inside"),
        ("dedup.threshold=[", r"dedup\.threshold=\[: not a YAML value"),
        ("dedup=3", "dedup=3: input should be a valid dictionary"),
    ],
)
def test_setting_that_does_not_fit_names_the_key(setting: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        load_config("demo", [setting], environment={})
    assert "\n" not in str(caught.value)


def test_setting_precedence_is_profile_environment_command_line() -> None:
    environment = {"SPORTSLM__MIX__VALIDATION_RATIO": "0.3", "SPORTSLM__TOKENIZER__VOCAB_SIZE": "700"}
    config = load_config("demo", ["mix.validation_ratio=0.4", "mix.validation_ratio=0.45"], environment)
    assert load_config("demo", environment={}).mix.validation_ratio == 0.15
    assert config.mix.validation_ratio == 0.45
    assert config.tokenizer.vocab_size == 700
    assert config.crawl.simulated_matchday == 14
    with pytest.raises(ConfigError, match=r"tokenizer\.vocab_size='large'"):
        load_config("demo", environment={"SPORTSLM__TOKENIZER__VOCAB_SIZE": "large"})


def test_setting_values_are_read_as_yaml() -> None:
    config = load_config(
        "demo",
        [
            "clean.languages=[en, de]",
            "register.floors={bits_per_byte: 2}",
            "sft.enabled=no",
            "pretrain.learning_rate=1e-4",
        ],
        environment={},
    )
    assert config.clean.languages == ("en", "de")
    assert config.register.floors == {"bits_per_byte": 2.0}
    assert not config.sft.enabled
    assert config.pretrain.learning_rate == 1e-4


def test_config_every_field_is_described_and_has_a_literal_default() -> None:
    seen: list[str] = []
    waiting: list[tuple[str, type[BaseModel]]] = [("", PipelineConfig)]
    while waiting:
        place, model = waiting.pop()
        assert model.model_config.get("extra") == "forbid", f"{place or 'the whole'} takes unknown keys"
        assert model.model_config.get("frozen"), f"{place or 'the whole'} can be changed"
        for name, info in model.model_fields.items():
            seen.append(f"{place}{name}")
            assert info.description, f"{place}{name} has no description"
            assert info.default_factory is None, f"{place}{name}: the Prefect form shows no default_factory"
            assert info.default is not PydanticUndefined, (
                f"{place}{name} has no default: the form cannot be sent as it is"
            )
            if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                waiting.append((f"{place}{name}.", info.annotation))
    assert {"dedup.threshold", "pretrain.num_steps", "evaluate.num_options", "engine.kind"} <= set(seen)
