"""The network guard: which addresses this process will connect to at all.

Only http and https, ports 80 and 443, and global addresses, checked where names are resolved and again on the
connected peer. The simulated web's hosts, and they alone, are routed to one loopback port.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.defer import Deferred

PORTS = {"http": 80, "https": 443}
MAX_URL = 2048


class RefusedAddress(IgnoreRequest):
    """A URL or address the guard will not connect to."""


def refusal(url: str, routed_hosts: frozenset[str] = frozenset()) -> str | None:
    """Name the reason why a URL must not be fetched, or return None.

    Names are judged again when they resolve (``is_global``); this judges what the URL itself shows.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "malformed-url"
    if parts.scheme not in PORTS:
        return "scheme"
    if not host or len(url) > MAX_URL:
        return "malformed-url"
    if parts.username is not None or parts.password is not None:
        return "credentials-in-url"
    if port is not None and port != PORTS[parts.scheme]:
        return "port"
    if host in routed_hosts:
        return None
    if host.endswith(".test"):
        return "simulated-host"
    return None if _may_be_global(host) else "private-address"


def is_global(address: str) -> bool:
    """Return whether an IP address is one of the public internet (IPv4 inside IPv6 counts as itself)."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = ip.ipv4_mapped or ip.sixtofour if isinstance(ip, ipaddress.IPv6Address) else None
    return (inner or ip).is_global and not (inner or ip).is_multicast


def _may_be_global(host: str) -> bool:
    """Return False for literal addresses that are not global, in any spelling, and for local names."""
    name = host.rstrip(".").lower()
    last = name.rsplit(".", 1)[-1]
    if ":" in name or last.isdigit() or last.startswith("0x"):  # an address, or an old spelling of one
        return is_global(name)
    return "." in name and last not in {"localhost", "local", "internal", "localdomain"}


class GuardMiddleware:
    """Refuses what ``refusal`` names; routes simulated hosts; checks the connected peer.

    Settings: ``GUARD_ROUTED_HOSTS`` (list), ``GUARD_ROUTE`` (``http://127.0.0.1:port`` or empty).
    """

    def __init__(self, routed_hosts: frozenset[str], route: str) -> None:
        self.routed_hosts = routed_hosts if route else frozenset()
        self.route = route

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Build from the crawler's settings."""
        settings = crawler.settings
        return cls(frozenset(settings.getlist("GUARD_ROUTED_HOSTS")), settings.get("GUARD_ROUTE") or "")

    def process_request(self, request: Request) -> None:
        """Refuse a request, or let it pass with its route set."""
        request.meta.pop("proxy", None)
        reason = refusal(request.url, self.routed_hosts)
        if reason:
            raise RefusedAddress(reason)
        if urlsplit(request.url).hostname in self.routed_hosts:
            request.meta["proxy"] = self.route

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse an answer that came from an address the guard would not have connected to."""
        if "proxy" not in request.meta and not is_global(str(response.ip_address)):
            raise RefusedAddress("private-address")
        return response


class GuardResolver(CachingThreadedResolver):
    """A resolver that finds only global addresses; loopback literals are for the route, which has no name."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 (Twisted's name)
        """Return the address of a name, failing with ``RefusedAddress`` where it is not global."""
        found: Deferred[str] = super().getHostByName(name, timeout)
        found.addCallback(_checked, name)
        return found


def _checked(address: str, name: str) -> str:
    if address != name and not is_global(address):
        raise RefusedAddress(f"{name} resolves to {address}, which is not global")
    return address
