from __future__ import annotations

from ipaddress import ip_address

import pytest
from scrapy import Request
from scrapy.http import Response

from crawlers.catalog import load_catalog
from crawlers.guard import GuardMiddleware, RefusedAddress, _checked, is_global, refusal
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
        ("http://www.dailypitch.test/", "simulated-host"),
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


def test_guard_name_that_resolves_to_a_private_address_is_refused() -> None:
    with pytest.raises(RefusedAddress):
        _checked("192.168.1.1", "rebinding.example.com")
    assert _checked("93.184.216.34", "www.example.com") == "93.184.216.34"
    assert not is_global("224.0.0.1")


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
