"""Options that many commands share, and how results are printed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from tasks.config import PipelineConfig

Profile = Annotated[
    str,
    typer.Option(
        "--profile", "-p", envvar="SPORTSLM_PROFILE", help="Profile: demo, tiny, local, or a YAML file."
    ),
]
Settings = Annotated[
    list[str],
    typer.Option("--set", "-s", metavar="KEY=VALUE", help="Override a key, e.g. dedup.threshold=0.8."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DEFAULT_PROFILE = "demo"
PIPED_WIDTH = 160


def configured(profile: str, settings: list[str]) -> PipelineConfig:
    """Return the configuration of a command, with servers and databases pointed at its home folder."""
    from pathlib import Path

    from flows.environment import prepare
    from flows.profiles import load_config

    config = load_config(profile, settings)
    prepare(Path(config.home))
    return config


def print_json(value: Any) -> None:
    """Print a result for programs."""
    print(json.dumps(value, indent=2, sort_keys=True, default=str))


def print_table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a result for people; columns whose name starts with ``#`` are right-aligned numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1)
    )
    for column in columns:
        number = column.startswith("#")
        justify: Literal["left", "right"] = "right" if number else "left"
        table.add_column(column.lstrip("#"), justify=justify, no_wrap=number, overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def _shown(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))
