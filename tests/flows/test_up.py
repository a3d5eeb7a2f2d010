"""``sportslm up``: the pages come up beside whatever has their ports, serve the flows, and go again."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tasks.processes import started_at
from tests.flows.house import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("flows")]

DEPLOYMENTS = {"retrain", "data-refresh", "stage", "promote", "rollback"}


def deployments(api: str) -> set[str]:
    """The names of what the server serves, once there is something."""
    deadline = time.monotonic() + 120
    found: set[str] = set()
    while found != DEPLOYMENTS and time.monotonic() < deadline:
        asked = Request(f"{api}/deployments/filter", b"{}", {"Content-Type": "application/json"})
        with urlopen(asked, timeout=10) as answer:
            found = {deployment["name"] for deployment in json.load(answer)}
        time.sleep(0.5)
    return found


def test_up_with_taken_ports_takes_others_serves_the_flows_and_stops(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with socket.socket() as first, socket.socket() as second:
        for taken in (first, second):
            taken.bind(("127.0.0.1", 0))
            taken.listen()
        ports = [str(taken.getsockname()[1]) for taken in (first, second)]
        asked = ("up", "--json", "--prefect-port", ports[0], "--mlflow-port", ports[1])
        record = home.sportslm(*asked).json
        try:
            for name in ("prefect_ui", "mlflow_ui"):
                address = urlsplit(record[name])
                assert address.hostname == "127.0.0.1"
                assert str(address.port) not in ports
                with urlopen(record[name], timeout=20) as answer:
                    assert answer.status == 200
            assert deployments(record["prefect_api"]) == DEPLOYMENTS
            assert home.sportslm(*asked).json == record, "a second set of servers was started"
            (servers,) = [f for f in home.sportslm("doctor", "--json").json if f["what"] == "servers"]
            assert servers["found"] == record["prefect_ui"]
        finally:
            stopped = home.sportslm("up", "--stop")
    assert stopped.out == "stopped flows, mlflow, prefect\n", stopped.err
    for pid, mark in record["pids"].values():
        assert started_at(pid) != mark, "a server outlived its stop"
    assert home.sportslm("up", "--stop").out == "no servers were up\n"
