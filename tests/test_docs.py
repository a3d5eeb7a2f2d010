"""The README and the docs say only what is there: commands, options, targets, files, links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:\.venv/bin/)?sportslm ((?:[a-z]+ ?)[^`#\n]*)")
README_WORDS = 700


def commands(page: Path) -> list[str]:
    """Every ``sportslm …`` of a page, in code blocks and between backticks."""
    text = page.read_text("utf-8")
    code = re.findall(r"^(?: {4}|\t)(.*)$", text, re.MULTILINE) + re.findall(r"`([^`\n]+)`", text)
    return [
        found.split("  #")[0].strip()
        for line in code
        for found in COMMAND.findall(line)
        if line.lstrip().startswith(("sportslm ", ".venv/bin/sportslm "))
    ]


def resolve(arguments: list[str]) -> click.Command:
    """Walk down to the command that words name, as far as they are commands."""
    from flows.cli.main import app

    command: click.Command = typer.main.get_command(app)
    for word in arguments:
        if not hasattr(command, "commands"):
            break
        assert word in command.commands, f"there is no command {word!r} in sportslm {' '.join(arguments)}"
        command = command.commands[word]
    return command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_docs_commands_exist_with_their_options(page: Path) -> None:
    from tasks.config import PipelineConfig

    for line in commands(page):
        words = [word for word in shlex.split(line.replace("|", " ; ").split(" ; ")[0]) if word != "…"]
        command = resolve([word for word in words if not word.startswith("-")])
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("-"):
                assert word in options, f"{page.name}: {word} is no option of sportslm {line}"
        for key, _ in re.findall(r"--set '?([a-z_.]+)=(\S+)", line):
            model = PipelineConfig
            for part in key.split("."):
                assert part in model.model_fields, f"{page.name}: no setting {key}"
                model = model.model_fields[part].annotation  # type: ignore[assignment]


def test_docs_mention_some_commands() -> None:
    assert sum(len(commands(page)) for page in PAGES) >= 20


def test_every_command_is_documented() -> None:
    from flows.cli.main import app

    said = "\n".join(page.read_text("utf-8") for page in PAGES)
    root = typer.main.get_command(app)
    assert isinstance(root, click.Group) or hasattr(root, "commands")
    missing = [name for name in root.commands if f"sportslm {name}" not in said]  # type: ignore[attr-defined]
    assert not missing, f"no page shows: {', '.join(missing)}"


def test_readme_is_short_and_names_real_make_targets() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert len(prose.split()) <= README_WORDS
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z]+)", text))
    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_readme_tree_names_real_folders() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    tree = text.split("## The tree")[1].split("## ")[0]
    for name in re.findall(r"^    ([a-z_]+/)", tree, re.MULTILINE):
        assert (ROOT / name).is_dir(), f"the README's tree names {name}"
