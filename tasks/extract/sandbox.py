"""A child process for the page parser: a page that hangs, crashes or eats memory costs that page only.

The child (``page_worker``) gives itself a CPU-time alarm and a memory limit before each page, so the kernel
stops it even inside C code and even if this process is gone. CPU time, not wall time: on a busy machine the
same pages come through. Frames are length-prefixed JSON and bytes; nothing the child says is executed here.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any

from tasks.extract.config import ExtractConfig
from tasks.extract.html_page import Page, PageRequest

FRAME = struct.Struct(">QQ")
ANSWER = struct.Struct(">Q")
# A child may be starved of CPU by its neighbours; one that used no CPU for this long is stuck.
WALL_FACTOR = 12
WALL_GRACE_S = 60
EXIT_GRACE_S = 5


class Sandbox:
    """One parser child, started at the first page and again after each death. Use as a context manager."""

    def __init__(self, config: ExtractConfig) -> None:
        self._config = config
        self._child: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The child's process, while there is one."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read_page(self, body: bytes, request: PageRequest) -> Page | str:
        """Return the page, or the named reason why there is none: timeout, out_of_memory, parser_error."""
        child = self._child or self._start()
        assert child.stdin is not None
        header = json.dumps(asdict(request)).encode()
        try:
            child.stdin.write(FRAME.pack(len(header), len(body)) + header)
            child.stdin.write(body)
            child.stdin.flush()
            answer = self._answer(child)
        except (BrokenPipeError, EOFError):
            return self._died(child)
        except TimeoutError:
            self._stop(kill=True)
            return "timeout"
        if "reason" in answer:
            if answer["reason"] == "out_of_memory":  # what is left of its heap is not to be trusted
                self._stop()
            return str(answer["reason"])
        return Page(**{**answer, "events": tuple(answer["events"])})

    def _start(self) -> subprocess.Popen[bytes]:
        config = self._config
        self.starts += 1
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        # One reader uses one core, and numpy's buffers for other cores would count as its address space.
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [
            sys.executable,
            "-m",
            "tasks.extract.page_worker",
            str(config.timeout_s),
            str(config.memory_mb),
        ]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in environment.items() if value},
        )
        ready = self._answer(self._child)
        assert ready == {"ready": True}
        return self._child

    def _answer(self, child: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert child.stdout is not None
        deadline = time.monotonic() + self._config.timeout_s * WALL_FACTOR + WALL_GRACE_S
        size = ANSWER.unpack(_read_exactly(child.stdout.fileno(), ANSWER.size, deadline))[0]
        answer: dict[str, Any] = json.loads(_read_exactly(child.stdout.fileno(), size, deadline))
        return answer

    def _died(self, child: subprocess.Popen[bytes]) -> str:
        self._stop()
        return "timeout" if child.returncode == -signal.SIGPROF else "parser_crash"

    def _stop(self, *, kill: bool = False) -> None:
        """End the child: at once, or by closing its input, which ends it when it is idle."""
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        assert child.stdout is not None
        if kill:
            child.kill()
        with contextlib.suppress(BrokenPipeError):  # it died with our question still in the pipe
            child.stdin.close()
        try:
            child.wait(EXIT_GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()


@functools.cache
def sandbox_for(config: ExtractConfig) -> Sandbox:
    """Return this process's sandbox: its child costs a second to start and serves every shard that runs here.

    When the process ends, however it ends, the child reads the end of its input and ends too.
    """
    return Sandbox(config)


def _read_exactly(descriptor: int, size: int, deadline: float) -> bytes:
    parts = []
    while size:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
