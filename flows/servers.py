"""The pages people look at: a Prefect server, an MLflow server, and a process that serves the flows.

All bind to 127.0.0.1, keep their state in the home folder, and outlive the command that starts them. A taken
port is not an error: the next free one is used and said.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flows.environment import SERVERS, answers, running_servers, tracking_uri
from tasks.config import PipelineConfig
from tasks.processes import end_with_parent, is_alive, started_at, stop_group
from tasks.provenance import ROOT

HOST = "127.0.0.1"
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 15.0


class ServerError(ValueError):
    """A server did not come up; the message names its log."""


def start(
    home: Path,
    config: PipelineConfig,
    profile: str,
    settings: Sequence[str],
    prefect_port: int,
    mlflow_port: int,
) -> dict[str, Any]:
    """Start what is not running and return the addresses.

    Raises:
        ServerError: if a server does not answer in time.
    """
    running = running_servers(home)
    if running:
        return running
    stop_all(home)
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    ports = {"prefect": free_port(prefect_port), "mlflow": free_port(mlflow_port)}
    prefect_url, mlflow_url = (f"http://{HOST}:{port}" for port in ports.values())
    environment = {
        **os.environ,
        "PREFECT_API_URL": f"{prefect_url}/api",
        "PREFECT_UI_API_URL": f"{prefect_url}/api",
    }
    commands = {
        "prefect": ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(ports["prefect"])],
        "mlflow": [
            *("-m", "mlflow", "server", "--host", HOST, "--port", str(ports["mlflow"]), "--workers", "1"),
            *("--backend-store-uri", tracking_uri(home, config.register.tracking_uri)),
            *("--artifacts-destination", str((home / "mlartifacts").absolute())),
        ],
        "flows": [
            "-m",
            "flows.serving",
            "--profile",
            profile,
            *(f"--set={s}" for s in settings),
            *_places(home, config),
        ],
    }
    pids: dict[str, tuple[int, str | None]] = {}
    record = {
        "prefect_api": f"{prefect_url}/api",
        "prefect_ui": prefect_url,
        "mlflow_ui": mlflow_url,
        "pids": pids,
    }
    try:
        for name, health in (("prefect", f"{prefect_url}/api/health"), ("mlflow", f"{mlflow_url}/health")):
            pids[name] = _launch(commands[name], logs / f"{name}.log", environment)
            _write(home, record)
            _wait(name, *pids[name], health, logs / f"{name}.log")
        pids["flows"] = _launch(commands["flows"], logs / "flows.log", environment)
        _write(home, record)
    except BaseException:
        stop_all(home)
        raise
    return record


def temporary_server(home: Path) -> Callable[[], None]:
    """Start a Prefect server for this process, if none is up; returns a function that waits until it answers.

    It starts in the background, so that the caller can import Prefect meanwhile; that, and not having Prefect
    import its own server into this process, makes a run begin some seconds sooner. It is stopped when the
    process ends, after whatever Prefect has to say at its own exit: so call this before Prefect is imported.
    """
    if "PREFECT_API_URL" in os.environ:
        return lambda: None
    port = free_port(0)
    url = f"http://{HOST}:{port}/api"
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / "prefect-temporary.log"
    factory = "prefect.server.api.server:create_app"
    command = [
        "-m",
        "uvicorn",
        "--factory",
        factory,
        "--host",
        HOST,
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    settings = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    arguments = [*command, "--lifespan", "on"]
    pid, mark = _launch(arguments, log, {**os.environ, **settings}, preexec=end_with_parent)
    atexit.register(stop_group, pid, mark, STOP_TIMEOUT_S)
    os.environ["PREFECT_API_URL"] = url
    return lambda: _wait("prefect", pid, mark, f"{url}/health", log)


def _places(home: Path, config: PipelineConfig) -> list[str]:
    """Name the folders in full: the flows do not run where the command was given."""
    lake = config.lake if "://" in config.lake or not config.lake else str(Path(config.lake).absolute())
    return [f"--set=home={home.absolute()}", f"--set=lake={lake}"]


def free_port(wanted: int) -> int:
    """Return the wanted port if nobody has it, else one that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise ServerError(f"no free port on {HOST}")


def stop_all(home: Path) -> list[str]:
    """Stop every server of a home folder, flows first; returns the names of those that were running."""
    try:
        record: dict[str, Any] = json.loads((home / SERVERS).read_text())
    except (FileNotFoundError, ValueError):
        return []
    stopped = []
    for name, (pid, mark) in reversed(list(record.get("pids", {}).items())):
        if is_alive(pid, mark):
            stop_group(pid, mark, STOP_TIMEOUT_S)
            stopped.append(name)
    (home / SERVERS).unlink(missing_ok=True)
    return stopped


def _launch(
    arguments: list[str], log: Path, environment: dict[str, str], preexec: Callable[[], None] | None = None
) -> tuple[int, str | None]:
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
            env=environment,
            preexec_fn=preexec,
        )
    return process.pid, started_at(process.pid)


def _wait(name: str, pid: int, mark: str | None, health: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if answers(health):
            return
        if not is_alive(pid, mark):
            raise ServerError(f"the {name} server ended at once; its log is {log}")
        time.sleep(0.1)
    raise ServerError(f"the {name} server did not answer within {START_TIMEOUT_S:.0f} s; its log is {log}")


def _write(home: Path, record: dict[str, Any]) -> None:
    temporary = home / f".{SERVERS}.tmp"
    temporary.write_text(json.dumps(record, indent=1))
    temporary.replace(home / SERVERS)
