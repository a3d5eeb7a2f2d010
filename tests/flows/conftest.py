"""One standing Prefect server and one whole run of the tiny profile, for all tests of the flows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from flows.environment import QUIET
from tests.flows.house import ROOT, Answer, Home

START_TIMEOUT_S = 180.0


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the environment that leads to a server that stands for the whole session."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("prefect")
    environment = {**QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **environment, "PREFECT_SERVER_LOGGING_LEVEL": "ERROR"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(f"{environment['PREFECT_API_URL']}/health", server, home / "server.log")
        yield environment
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the Prefect server did not come up:\n{log.read_text()}")


@dataclass(frozen=True)
class TinyRun:
    """A home after its first run. Tests look at it, or work on a copy."""

    home: Home
    first: Answer


@pytest.fixture(scope="session")
def tiny(prefect: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    """Return the tiny profile run once, from nothing to a registered model (25 s on an idle machine)."""
    home = Home(tmp_path_factory.mktemp("tiny"), environment=prefect)
    return TinyRun(home, home.run())


@pytest.fixture
def empty(prefect: dict[str, str], tmp_path: Path) -> Home:
    """Return a home in which nothing has happened yet."""
    return Home(tmp_path / "home", environment=prefect)


@pytest.fixture
def copy(tiny: TinyRun, empty: Home) -> Home:
    """Return a home with a copy of the tiny run's lake."""
    return empty.with_lake_of(tiny.home)
