"""The pages people look at: a Prefect server, an MLflow server, and a process that serves the flows.

All bind to 127.0.0.1, keep their state in the home folder, and outlive the command that starts them. A taken port
is not an error: the next free one is used and said.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.environment import SERVERS, answers, running_servers, tracking_uri
from tasks.config import PipelineConfig
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
    environment = {**os.environ, "PREFECT_API_URL": f"{prefect_url}/api", "PREFECT_UI_API_URL": f"{prefect_url}/api"}
    commands = {
        "prefect": ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(ports["prefect"])],
        "mlflow": [
            *("-m", "mlflow", "server", "--host", HOST, "--port", str(ports["mlflow"]), "--workers", "1"),
            *("--backend-store-uri", tracking_uri(home, config.register.tracking_uri)),
            *("--artifacts-destination", str((home / "mlartifacts").absolute())),
        ],
        "flows": ["-m", "flows.serving", "--profile", profile, *(f"--set={s}" for s in settings)],
    }
    pids: dict[str, int] = {}
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
            _wait(name, pids[name], health, logs / f"{name}.log")
        pids["flows"] = _launch(commands["flows"], logs / "flows.log", environment)
        _write(home, record)
    except BaseException:
        stop_all(home)
        raise
    return record


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
    for name, pid in reversed(list(record.get("pids", {}).items())):
        if _is_ours(pid):
            _stop(pid)
            stopped.append(name)
    (home / SERVERS).unlink(missing_ok=True)
    return stopped


def _launch(arguments: list[str], log: Path, environment: dict[str, str]) -> int:
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
            env=environment,
        )
    return process.pid


def _wait(name: str, pid: int, health: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if answers(health):
            return
        if not _is_ours(pid):
            raise ServerError(f"the {name} server ended at once; its log is {log}")
        time.sleep(0.3)
    raise ServerError(f"the {name} server did not answer within {START_TIMEOUT_S:.0f} s; its log is {log}")


def _is_ours(pid: int) -> bool:
    """Tell whether a process is one of our servers: a pid can be reused by a stranger."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        answer = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
        command = answer.stdout
    return any(word in command for word in (b"prefect", b"mlflow", b"flows.serving"))


def _stop(pid: int) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while _is_ours(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not _is_ours(pid):
            return


def _write(home: Path, record: dict[str, Any]) -> None:
    temporary = home / f".{SERVERS}.tmp"
    temporary.write_text(json.dumps(record, indent=1))
    temporary.replace(home / SERVERS)
