from __future__ import annotations

import json
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from crawlers.catalog import load_catalog
from crawlers.guard import (
    ConnectionGuard,
    GuardMiddleware,
    RefusedAddress,
    guard_connections,
    is_global,
    refusal,
)
from crawlers.settings import MAX_BODY_BYTES, crawler_settings


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://www.example.com/a", None),
        ("https://www.example.com:443/a", None),
        ("http://93.184.216.34/", None),
        ("file:///etc/passwd", "scheme"),
        ("data:text/plain,hello", "scheme"),
        ("ftp://www.example.com/", "scheme"),
        ("s3://bucket/key", "scheme"),
        ("http://www.example.com:8080/", "port"),
        ("https://www.example.com:80/", "port"),
        ("http://user:pass@www.example.com/", "credentials-in-url"),
        ("http://127.0.0.1/", "private-address"),
        ("http://127.1/", "private-address"),
        ("http://0x7f000001/", "private-address"),
        ("http://2130706433/", "private-address"),
        ("http://169.254.169.254/latest/meta-data", "private-address"),
        ("http://10.0.0.1/", "private-address"),
        ("http://[::1]/", "private-address"),
        ("http://[::ffff:10.0.0.1]/", "private-address"),
        ("http://localhost/", "private-address"),
        ("http://printer.local/", "private-address"),
        ("http://intranet/", "private-address"),
        ("http://127.0.0.1%2f.example.com/", "malformed-url"),
        ("http://[fe80::1%25eth0]/", "malformed-url"),
        ("http://127\u30020\u30020\u30021/", "malformed-url"),
        ("http://ex*mple.com/", "malformed-url"),
        ("http://xn--bcher-kva.example.com/", None),
        ("http://www.dailypitch.test/", "simulated-host"),
        ("http://www.dailypitch.test./", "simulated-host"),
        ("http:///nothing", "malformed-url"),
        ("http://www.example.com/" + "a" * 3000, "malformed-url"),
    ],
)
def test_guard_url_is_refused_by_what_it_shows(url: str, reason: str | None) -> None:
    assert refusal(url) == reason


def test_guard_routes_only_the_catalogued_simulated_hosts() -> None:
    guard = GuardMiddleware(frozenset({"www.dailypitch.test"}), "http://127.0.0.1:9")
    inside = Request("http://www.dailypitch.test/a")
    guard.process_request(inside)
    assert inside.meta["proxy"] == "http://127.0.0.1:9"
    outside = Request("http://www.example.com/a", meta={"proxy": "http://127.0.0.1:9"})
    guard.process_request(outside)
    assert "proxy" not in outside.meta
    with pytest.raises(RefusedAddress, match="simulated-host"):
        guard.process_request(Request("http://other.test/"))


def test_guard_without_a_route_refuses_simulated_hosts() -> None:
    with pytest.raises(RefusedAddress):
        GuardMiddleware(frozenset({"www.dailypitch.test"}), "").process_request(
            Request("http://www.dailypitch.test/")
        )


def test_guard_answer_from_a_private_peer_is_refused() -> None:
    guard, request = GuardMiddleware(frozenset(), ""), Request("http://www.example.com/")
    with pytest.raises(RefusedAddress):
        guard.process_response(request, Response(request.url, ip_address=ip_address("10.0.0.7")))
    with pytest.raises(RefusedAddress):
        guard.process_response(request, Response(request.url))
    assert (
        guard.process_response(request, Response(request.url, ip_address=ip_address("93.184.216.34"))).status
        == 200
    )


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "168.63.129.16", "169.254.169.254",
        "172.31.255.255", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "100::1", "2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1%eth0", "fc00::1", "fd00:ec2::254",
        "fe80::1", "fec0::1", "ff02::1", "www.example.com", "127.1", "",
    ],
)  # fmt: skip
def test_guard_address_of_no_public_host_is_not_global(address: str) -> None:
    assert not is_global(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "::ffff:93.184.216.34", "2002:5db8:d822::1"]
)
def test_guard_public_address_is_global(address: str) -> None:
    assert is_global(address)


class RecordingReactor:
    """Remembers what would have been connected to."""

    def __init__(self) -> None:
        self.made: list[tuple[str, int]] = []
        self.connectTCP: Any = lambda host, port, factory, **options: self.made.append((host, port))


def test_guard_connections_are_made_to_the_webs_ports_of_global_addresses_and_to_routes_only() -> None:
    reactor = RecordingReactor()
    guard = guard_connections(reactor)
    assert guard_connections(reactor) is guard
    assert isinstance(reactor.connectTCP, ConnectionGuard)
    guard.routes.add(("127.0.0.1", 4321))
    allowed = [("93.184.216.34", 80), ("2606:2800:220:1::1", 443), ("127.0.0.1", 4321)]
    refused = [
        ("93.184.216.34", 22),
        ("127.0.0.1", 80),
        ("::1", 4321),
        ("localhost", 4321),
        ("10.0.0.7", 443),
    ]
    for host, port in allowed:
        reactor.connectTCP(host, port, None, timeout=1)
    for host, port in refused:
        with pytest.raises(RefusedAddress):
            reactor.connectTCP(host, port, None, timeout=1)
    assert reactor.made == allowed


@pytest.mark.parametrize(
    "route", ["http://10.0.0.7:80", "http://localhost:80", "https://127.0.0.1:9", "nothing"]
)
def test_guard_route_that_leaves_this_machine_is_refused(route: str) -> None:
    with pytest.raises(ValueError, match="GUARD_ROUTE"):
        GuardMiddleware(frozenset({"www.dailypitch.test"}), route)


def test_guard_crawl_led_astray_in_every_way_connects_to_nobody(tmp_path: Path) -> None:
    script = Path(__file__).with_name("guard_attacks.py")
    command = [sys.executable, str(script), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=script.parents[2])
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["num_attacks"] >= 60
    # The first answer of the name that rebinds, and the host that comes before a backslash, are public.
    assert report["tried"] == [["93.184.216.34", 80]]
    assert report["sockets"] == []
    assert report["seen"] == []
    asked, robots = report["stats"]["asked"], report["stats"]["robots"]
    refused = sum(count for name, count in asked["failures"].items() if name.startswith("refused-"))
    assert asked["failures"]["robots-unreachable"] == 1  # of the public host, which is not there
    assert refused == report["num_asked"] - 1
    assert robots["failures"] == {"robots-unreachable": report["num_attacks"]}
    assert all(stats["pages"] == 0 for stats in report["stats"].values())
    for listing in ("pages", "maps", "feeds"):
        assert report["stats"][listing]["listings"] == 1


def test_guard_settings_switch_off_what_could_leave_http() -> None:
    settings = crawler_settings(load_catalog()["sim-news"], [], "")
    handlers = settings["DOWNLOAD_HANDLERS_BASE"]
    assert isinstance(handlers, dict)
    assert set(handlers) == {"http", "https"}
    assert settings["DOWNLOAD_MAXSIZE"] == MAX_BODY_BYTES == 16 * 2**20
    for name in ("TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "COOKIES_ENABLED"):
        assert settings[name] is False
    assert settings["EXTENSIONS_BASE"] == {}
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
