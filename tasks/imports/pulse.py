"""How far the files of an import are: bytes done of bytes and the rate, in a terminal or as lines of a log.

Files are taken in other processes: each writes its figure into a file of its own, and whoever waits reads.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

LOOK_EVERY_S = 0.5
LINE_EVERY_S = 15.0


def beat(pulse: Path, num_bytes: int) -> None:
    """Note how many bytes of a file are done."""
    with contextlib.suppress(FileNotFoundError):  # nobody watches any more, or on another machine
        pulse.write_text(str(num_bytes))


@contextlib.contextmanager
def watched(what: str, total_bytes: int) -> Iterator[Path]:
    """Give a folder for the pulses, and show on stderr how far they are until the block ends."""
    with tempfile.TemporaryDirectory(prefix="sportslm-import-") as folder:
        stop = threading.Event()
        show = _bar if sys.stderr.isatty() else _lines
        watcher = threading.Thread(target=show, args=(what, Path(folder), total_bytes, stop), daemon=True)
        watcher.start()
        try:
            yield Path(folder)
        finally:
            stop.set()
            watcher.join()


def bytes_done(folder: Path) -> int:
    """Return the sum of all pulses."""
    done = 0
    for pulse in folder.iterdir():
        figure = pulse.read_text()
        done += int(figure) if figure.isdigit() else 0  # empty while it is being written
    return done


def _bar(what: str, folder: Path, total_bytes: int, stop: threading.Event) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Rate

    columns = (TextColumn("{task.description:<28}"), BarColumn(bar_width=30), DownloadColumn(), Rate())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(what, total=total_bytes)
        while not stop.wait(LOOK_EVERY_S):
            bars.update(bar, completed=bytes_done(folder))


def _lines(what: str, folder: Path, total_bytes: int, stop: threading.Event) -> None:
    began = last = time.monotonic()
    while not stop.wait(LOOK_EVERY_S):
        if time.monotonic() - last >= LINE_EVERY_S:
            last = time.monotonic()
            done = bytes_done(folder)
            rate = done / 1e6 / (last - began)
            print(
                f"  {what}: {done / 1e6:,.1f} of {total_bytes / 1e6:,.1f} MB, {rate:,.1f} MB/s",
                file=sys.stderr,
                flush=True,
            )
