"""Locks between processes on one machine. The kernel lets go of them when a process dies."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock alone, waiting for whoever has it."""
    with _opened(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def share(path: Path) -> IO[str]:
    """Return a lock held together with others, waiting for one who holds it alone; closing it lets go."""
    lock = _opened(path)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def alone(lock: IO[str]) -> bool:
    """Turn a shared lock into one held alone; False, and no lock at all, if others share it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _opened(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")
