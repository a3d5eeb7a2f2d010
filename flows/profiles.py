"""Load a profile: a complete YAML file, then the environment, then the command line or the form.

Every mistake a person can make here is one clear line that names the key.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from tasks.config import PipelineConfig
from tasks.provenance import ROOT

PROFILES = ROOT / "deployments" / "profiles"
ENVIRONMENT = "SPORTSLM__"


class ConfigError(ValueError):
    """A setting is unknown, malformed or out of range; the message names it."""


def profile_names() -> list[str]:
    """Return the profiles there are."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def load_config(
    profile: str, settings: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> PipelineConfig:
    """Return the configuration of a profile with overrides applied.

    Args:
        profile: a name in ``deployments/profiles``, or a path to a YAML file.
        settings: ``key=value`` texts with dotted keys, e.g. ``dedup.threshold=0.8``; the last one wins.
        environment: variables such as ``SPORTSLM__DEDUP__THRESHOLD``; the process's own by default.

    Raises:
        ConfigError: naming the key, the value and what was needed.
    """
    values = _read_profile(profile)
    environment = os.environ if environment is None else environment
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT):
            key = name.removeprefix(ENVIRONMENT).lower().split("__")
            _put(values, key, _parse(name, environment[name]), name)
    for setting in settings:
        key_text, equals, value = setting.partition("=")
        if not equals:
            raise ConfigError(f"--set {setting}: write key=value, e.g. --set dedup.threshold=0.8")
        _put(values, key_text.strip().split("."), _parse(key_text, value), f"--set {setting}")
    return validated(values)


def validated(values: Mapping[str, Any]) -> PipelineConfig:
    """Return the configuration that nested values describe.

    Raises:
        ConfigError: for the first value that does not fit.
    """
    try:
        return PipelineConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error)) from error


def _read_profile(profile: str) -> dict[str, Any]:
    is_path = profile.endswith((".yaml", ".yml")) or os.sep in profile
    path = Path(profile) if is_path else PROFILES / f"{profile}.yaml"
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ConfigError(f"unknown profile {profile!r}; there are: {', '.join(profile_names())}") from error
    except (UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"profile {path} cannot be read: {error}") from error
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" at line {place.line + 1}" if place else ""
        raise ConfigError(f"profile {path} is not YAML{line}: {getattr(error, 'problem', error)}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"profile {path} must hold keys and values, found {type(values).__name__}")
    return values


def _parse(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text) if text.strip() else ""
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}={text}: not a YAML value") from error


def _put(values: dict[str, Any], key: Sequence[str], value: Any, said: str) -> None:
    place = values
    for depth, part in enumerate(key[:-1]):
        inner = place.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"{said}: {'.'.join(key[: depth + 1])} is a value, it has no keys inside")
        place = inner
    place[key[-1]] = value


def _explain(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"]]
    key = ".".join(place) or "configuration"
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(place[-1], _known_keys(place[:-1]), n=1)
        hint = f"did you mean {'.'.join([*place[:-1], near[0]])}?" if near else _list_keys(place[:-1])
        return f"unknown key {key}; {hint}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{key}={problem['input']!r}: {message[0].lower()}{message[1:]}"


def _known_keys(place: Sequence[str]) -> list[str]:
    model: type[BaseModel] = PipelineConfig
    for part in place:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)


def _list_keys(place: Sequence[str]) -> str:
    return f"there are: {', '.join(_known_keys(place))}"
