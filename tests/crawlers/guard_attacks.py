"""A crawl that is led astray in every way we know, in a process of its own: ``guard_attacks.py FOLDER``.

Prints, as JSON, the crawl's exit code and counters, and every connection that got past the guard to
Twisted, that a socket of this process made, and that a loopback listener saw. Names resolve as ``NAMES``
says. A public address is never connected to: its connection is made to a closed loopback port instead.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

PUBLIC = "93.184.216.34"
# What each name resolves to, one answer after the other and around again.
NAMES = {
    "private.example.com": ["192.168.1.1"],
    "loop.example.com": ["127.0.0.1"],
    "metadata.example.com": ["169.254.169.254"],
    "carrier.example.com": ["100.64.0.9"],
    "unspecified.example.com": ["0.0.0.0"],
    "wire.example.com": ["168.63.129.16"],
    "rebinding.example.com": [PUBLIC, "127.0.0.1", "10.0.0.7", "169.254.169.254"],
    "www.example.com": [PUBLIC],
}
LITERALS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1",
    "127.0.0.1.", "127.8.8.8", "0.0.0.0", "0", "10.0.0.7", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.100.100.200", "192.0.0.192", "198.18.0.1", "192.0.2.1", "168.63.129.16", "224.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::1]", "[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "[::127.0.0.1]", "[2001:db8::1]",
    "localhost", "LOCALHOST.", "a.localhost", "metadata.google.internal", "printer.local",
    "\u24dbocalhost", "127\u30020\u30020\u30021", "\uff11\uff12\uff17.0.0.1",
)  # fmt: skip


def attacks(port: int) -> list[str]:
    """Return the URLs that nobody may be asked for; ``port`` is one where somebody would answer."""
    hosts = [*LITERALS, *(name for name in NAMES if name != "www.example.com")]
    return [
        *(f"http://{host}/latest/meta-data/" for host in hosts),
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://loop.example.com/",
        f"http://127.0.0.1:{port}/",
        f"http://localhost:{port}/",
        f"http://[::1]:{port}/",
        f"http://loop.example.com:{port}/",
        "http://www.example.com:22/",
        "http://www.example.com:6379/",
        "https://www.example.com:80/",
        f"http://user:pass@127.0.0.1:{port}/",
        f"http://www.example.com@127.0.0.1:{port}/",
        f"http://www.example.com\\@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#@www.example.com/",
        f"http://127.0.0.1%2f@www.example.com:{port}/",
        "http://ex*mple.com/",
        'http://x"y|z.example.com/',
        "http://\u2028.example.com/",
        "http://www.attack.test./",
        "http://other.test/",
    ]


FOREIGN = (
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "data:text/html,hi",
    "s3://bucket/key",
    "gopher://127.0.0.1/",
)


class LyingWeb(BaseHTTPRequestHandler):
    """Answers for ``*.attack.test``: listings, redirects and robots.txt that lead to attacks."""

    urls: tuple[str, ...] = ()

    def do_GET(self) -> None:
        """Answer one request."""
        url = self.path if "://" in self.path else f"http://{self.headers['Host']}{self.path}"
        host, _, path = url.removeprefix("http://").partition("/")
        name, _, number = host.partition(".")[0].partition("-")
        if name == "robots" and path == "robots.txt":
            self._redirect(self.urls[int(number)])
        elif path == "robots.txt":
            maps = "".join(f"Sitemap: {url}\n" for url in self.urls)
            self._page(f"User-agent: *\nAllow: /\n{maps}", "text/plain")
        elif path.startswith("to/"):
            self._redirect(self.urls[int(path.removeprefix("to/"))])
        elif path == "list":
            own = [f"http://www.attack.test/to/{n}" for n in range(len(self.urls))]
            self._page("".join(f'<a href="{url}">.</a>' for url in (*self.urls, *own)), "text/html")
        elif path == "sitemap.xml":
            entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in self.urls)
            self._page(f"<sitemapindex>{entries}</sitemapindex>", "application/xml")
        elif path == "feed.xml":
            items = "".join(f"<item><link>{url}</link></item>" for url in self.urls)
            self._page(f"<rss><channel>{items}</channel></rss>", "application/rss+xml")
        else:
            self._page("<p>An honest page.</p>", "text/html")

    def _redirect(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url.encode("utf-8").decode("latin-1"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, text: str, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: Any) -> None:
        """Write no access log."""


def catalogue(urls: list[str]) -> dict[str, Any]:
    """Return a source for each kind of listing, one that asks for attacks, one led on by robots.txt."""
    from crawlers.catalog import Source, host_of

    common: dict[str, Any] = {
        "name": "an attack", "kind": "news", "sports": ["football"], "licence": "CC0-1.0",
        "terms": "https://www.example.com/terms", "training": {"verdict": "yes", "why": "a test"},
    }  # fmt: skip

    def source(name: str, access: str, entries: list[str], hosts: list[str], simulated: bool) -> Source:
        return Source(
            id=name,
            url=f"http://{hosts[0]}/",
            access=access,
            entry_points=entries,
            scope={"hosts": hosts, "pages": ["[^_]$"], "navigation": [".*"], "max_depth": 2},
            politeness={"delay_s": 0 if simulated else 0.001, "response_multiple": 0},
            revisit={"first_hours": 0, "min_hours": 0, "max_hours": 0},
            simulated=simulated,
            **common,
        )

    web = ["www.attack.test"]
    robots = [f"robots-{number}.attack.test" for number in range(len(urls))]
    asked = [url for url in urls if host_of(url) and not host_of(url).rstrip(".").endswith(".test")]
    sources = [
        source("pages", "section", ["http://www.attack.test/list"], web, True),
        source("maps", "sitemap", ["http://www.attack.test/sitemap.xml"], web, True),
        source("feeds", "feed", ["http://www.attack.test/feed.xml"], web, True),
        source("robots", "section", [f"http://{host}/list_" for host in robots], robots, True),
        source("asked", "section", asked, ["www.example.com", *dict.fromkeys(map(host_of, asked))], False),
    ]
    return {entry.id: entry for entry in sources}


def main(folder: Path) -> None:
    """Crawl, and print what was connected to."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    seen: list[str] = []
    threading.Thread(target=_count, args=(listener, seen), daemon=True).start()
    urls = attacks(listener.getsockname()[1])
    LyingWeb.urls = (*urls, *FOREIGN)
    server = ThreadingHTTPServer(("127.0.0.1", 0), LyingWeb)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        closed_port = closed.getsockname()[1]

    answers = {name: cycle(addresses) for name, addresses in NAMES.items()}
    system_resolver = socket.gethostbyname

    def resolve(name: str) -> str:
        if name.rstrip(".").lower() in answers:
            return next(answers[name.rstrip(".").lower()])
        socket.inet_aton(name)  # names that are none, in any old spelling; others are not found
        return system_resolver(name)

    socket.gethostbyname = resolve

    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from scrapy.resolver import CachingThreadedResolver
    from twisted.internet import reactor

    CachingThreadedResolver._cache_result = lambda self, result, name: result  # every answer has a TTL of 0
    tried: list[tuple[str, int]] = []
    connect = reactor.connectTCP

    def record(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        tried.append((host, port))
        if port != server.server_port:
            host, port = "127.0.0.1", closed_port
        return connect(host, port, *args, **kwargs)

    reactor.connectTCP = record
    sockets: list[Any] = []
    sys.addaudithook(lambda event, args: sockets.append(args[1]) if event == "socket.connect" else None)

    from crawlers import politeness, run

    politeness.backoff_s = lambda attempt: 0.0  # what is tried again is tried at once
    entries = catalogue(urls)
    run.load_catalog = lambda: entries
    spec = {
        "snapshot": "20261120T0600Z", "as_of": "2026-11-20T06:00:00Z", "sources": list(entries),
        "simulated": {"seed": 1, "matchday": 1, "port": server.server_port}, "max_seconds": 60,
    }  # fmt: skip
    (folder / "spec.json").write_text(json.dumps(spec))
    code = run.main(["--spec", str(folder / "spec.json"), "--out", str(folder / "out")])
    expected = {("127.0.0.1", server.server_port), ("127.0.0.1", closed_port)}
    report = {
        "code": code,
        "stats": json.loads((folder / "out" / "stats.json").read_text()),
        "num_asked": len(entries["asked"].entry_points),
        "num_attacks": len(urls),
        "tried": sorted({row for row in tried if row != ("127.0.0.1", server.server_port)}),
        "sockets": sorted({tuple(row[:2]) for row in sockets} - expected),
        "seen": seen,
    }
    print("\n" + json.dumps(report))


def _count(listener: socket.socket, seen: list[str]) -> None:
    while True:
        connection, _ = listener.accept()
        seen.append("a connection")
        connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
