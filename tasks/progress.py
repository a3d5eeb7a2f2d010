"""How far a stage has come: a bar in a terminal, plain lines in a log, nothing when nobody watches."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tasks.stage import Progress

LINE_EVERY_S = 15.0


@contextlib.contextmanager
def reporter(stage: str) -> Iterator[Progress]:
    """Give a function ``(what, done, of)`` that shows progress on stderr; ``of`` 0 means an open end."""
    if sys.stderr.isatty():
        with _bar(stage) as show:
            yield show
    else:
        yield _lines(stage)


class Screen:
    """A terminal: a bar, and below it a table where a stage has one to show."""

    def __init__(self, stage: str) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = self._bars.add_task(stage, total=None)
        self.live = Live(self._bars, console=Console(stderr=True), transient=True, refresh_per_second=8)

    def __call__(self, what: str, done: int, of: int) -> None:
        """Show how far the stage is; ``of`` 0 means an open end."""
        self._bars.update(self._bar, description=what[:28], completed=done, total=of or None)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table under the bar, in the place of the last one."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Group
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD)
        for number, name in enumerate(columns):
            table.add_column(name, justify="left" if number in (0, len(columns) - 1) else "right")
        for row in rows:
            table.add_row(*row)
        self.live.update(Group(self._bars, table))


@contextlib.contextmanager
def _bar(stage: str) -> Iterator[Progress]:
    screen: Any = Screen(stage)
    with screen.live:
        yield screen


def _lines(stage: str) -> Progress:
    last = time.monotonic()

    def show(what: str, done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            print(f"  {stage}: {what} {done}{f' of {of}' if of else ''}", file=sys.stderr, flush=True)

    return show
