"""How far a stage has come: a bar in a terminal, plain lines in a log, nothing when nobody watches."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

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


@contextlib.contextmanager
def _bar(stage: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(stage, total=None)

        def show(what: str, done: int, of: int) -> None:
            bars.update(bar, description=what[:28], completed=done, total=of or None)

        yield show


def _lines(stage: str) -> Progress:
    last = time.monotonic()

    def show(what: str, done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            print(f"  {stage}: {what} {done}{f' of {of}' if of else ''}", file=sys.stderr, flush=True)

    return show
