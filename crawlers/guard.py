"""The network guard: which addresses this process will connect to at all.

Only http and https, ports 80 and 443, and global addresses. URLs are judged by what they show, and every
connection by the address it is about to be made to: what is judged is what is connected to, so that a name
that resolves to something else the next time (DNS rebinding) gains nothing. The simulated web's hosts, and
they alone, are routed to one loopback port.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver

from crawlers.reactor import the_reactor

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

PORTS = {"http": 80, "https": 443}
MAX_URL = 2048
PRIVATE = "private-address"
# Letters, digits and hyphens, the underscore of some old names, or an IPv6 address without a zone. Names in
# other alphabets are ASCII by the time Scrapy has made a request; with any other sign Twisted fails.
HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
# Names that lead into somebody's own network (RFC 6761, 6762, 8375, and what routers and offices use).
LOCAL_DOMAINS = frozenset(
    {"arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost"}
)
# Not for us, though Python 3.11 calls them global: protocol assignments (RFC 6890), 6to4 relays (RFC 7526),
# and the address where every virtual machine of Azure finds its host.
REFUSED_NETWORKS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291 section 2.4
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1


class RefusedAddress(IgnoreRequest):
    """A URL or address the guard will not connect to; the message is the reason's name."""


def refusal(url: str, routed_hosts: frozenset[str] = frozenset()) -> str | None:
    """Name the reason why a URL must not be fetched, or return None.

    This judges what the URL itself shows; what a name resolves to is judged when it is connected to.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "malformed-url"
    if parts.scheme not in PORTS:
        return "scheme"
    if not host or len(url) > MAX_URL or not HOST.fullmatch(host):
        return "malformed-url"
    if parts.username is not None or parts.password is not None:
        return "credentials-in-url"
    if port is not None and port != PORTS[parts.scheme]:
        return "port"
    if host in routed_hosts:
        return None
    if host.rstrip(".").endswith(".test"):
        return "simulated-host"
    return None if _may_be_global(host) else PRIVATE


def is_global(address: str) -> bool:
    """Return whether an IP address is one of the public internet; IPv4 inside IPv6 counts as itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner_address(ip)
        if inner is None:
            return ip in GLOBAL_UNICAST and ip.is_global and ip.scope_id is None
        ip = inner
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in REFUSED_NETWORKS)


def _inner_address(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for: mapped (RFC 4291), 6to4 (RFC 3056) or NAT64."""
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def _may_be_global(host: str) -> bool:
    """Return False for literal addresses that are not global, in any spelling, and for local names."""
    name = host.rstrip(".").lower()
    last = name.rsplit(".", 1)[-1]
    if ":" in name or last.isdigit() or last.startswith("0x"):  # an address, or an old spelling of one
        return is_global(name)
    return "." in name and last not in LOCAL_DOMAINS


class ConnectionGuard:
    """Takes the place of a reactor's ``connectTCP`` and makes only connections that are allowed.

    It is given addresses, never names: Twisted resolves names before. ``routes`` are the loopback addresses
    and ports of simulated webs.
    """

    def __init__(self, connect: Callable[..., Any]) -> None:
        self._connect = connect
        self.routes: set[tuple[str, int]] = set()

    def __call__(self, host: str, port: int, factory: Any, *args: Any, **kwargs: Any) -> Any:
        """Connect as ``IReactorTCP.connectTCP`` does.

        Raises:
            RefusedAddress: if the address is not global or the port not one of the web's.
        """
        if (host, port) not in self.routes:
            if not is_global(host):
                raise RefusedAddress(PRIVATE)
            if port not in PORTS.values():
                raise RefusedAddress("port")
        return self._connect(host, port, factory, *args, **kwargs)


def guard_connections(reactor: Any) -> ConnectionGuard:
    """Return the guard of a reactor's connections, setting it up the first time."""
    if not isinstance(reactor.connectTCP, ConnectionGuard):
        reactor.connectTCP = ConnectionGuard(reactor.connectTCP)
    guard: ConnectionGuard = reactor.connectTCP
    return guard


class GuardMiddleware:
    """Refuses what ``refusal`` names; routes simulated hosts; looks at where an answer came from.

    Settings: ``GUARD_ROUTED_HOSTS`` (list), ``GUARD_ROUTE`` (``http://127.0.0.1:port`` or empty).

    Raises:
        ValueError: if the route leads anywhere but to a port of this machine.
    """

    def __init__(self, routed_hosts: frozenset[str], route: str) -> None:
        self.routed_hosts = routed_hosts if route else frozenset()
        self.route = route
        self.address = _loopback_address(route) if route else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardMiddleware:
        """Build from the crawler's settings, and guard the reactor's connections."""
        settings = crawler.settings
        middleware = cls(frozenset(settings.getlist("GUARD_ROUTED_HOSTS")), settings.get("GUARD_ROUTE") or "")
        connections = guard_connections(the_reactor())
        if middleware.address is not None:
            connections.routes.add(middleware.address)
        return middleware

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
            raise RefusedAddress(PRIVATE)
        return response


class GuardResolver(CachingThreadedResolver):
    """Scrapy's resolver, installed together with a guard of what is connected to."""

    def install_on_reactor(self) -> None:
        """Resolve the reactor's names from now on, and guard its connections."""
        super().install_on_reactor()
        guard_connections(self.reactor)


def _loopback_address(route: str) -> tuple[str, int]:
    parts = urlsplit(route)
    host, port = parts.hostname or "", parts.port
    if parts.scheme != "http" or port is None or not _is_loopback(host):
        raise ValueError(f"GUARD_ROUTE {route!r} is no route to a simulated web: http://127.0.0.1:port is")
    return host, port


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
