"""Telling a process from another that was given its number later."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)


def started_at(pid: int) -> str | None:
    """Return a mark of when a process started, the same as long as it lives; None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None if Path("/proc/self/stat").exists() else _started_at_without_proc(pid)
    fields = stat.rsplit(")", 1)[1].split()
    return None if fields[0] == "Z" else fields[19]


def is_alive(pid: int, mark: str | None) -> bool:
    """Tell whether the process that had this number and this mark still runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return mark is not None and started_at(pid) == mark


def stop_group(pid: int, mark: str | None, grace_s: float) -> None:
    """End a process group by SIGTERM, and by SIGKILL after the grace time."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(pid, mark):
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + grace_s
        while is_alive(pid, mark) and time.monotonic() < deadline:
            time.sleep(0.1)


def end_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, even by SIGKILL; elsewhere it does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _started_at_without_proc(pid: int) -> str | None:
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None
