"""robots.txt after RFC 9309: what a status means, which group is ours, and one verdict for each URL."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

MAX_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for at least 500 KiB
ALLOWED, DISALLOWED, NO_ROBOTS, UNREACHABLE = "allowed", "disallowed", "no-robots", "robots-unreachable"
MAY_FETCH = frozenset({ALLOWED, NO_ROBOTS})


@dataclass(frozen=True)
class RobotsRules:
    """One host's rules for us; ``fixed`` is a verdict that holds for every URL."""

    rules: Protego | None
    group: str
    fixed: str | None = None

    def verdict(self, url: str) -> str:
        """Return ``allowed``, ``disallowed``, ``no-robots`` or ``robots-unreachable``."""
        if self.fixed or self.rules is None:
            return self.fixed or NO_ROBOTS
        return ALLOWED if self.rules.can_fetch(url, self.group) else DISALLOWED


def robots_rules(status: int | None, body: bytes, user_agent: str) -> RobotsRules:
    """Return what a host's answer to ``/robots.txt`` means.

    Args:
        status: the final HTTP status after redirects (a redirect status: more than five hops); None if the
            host could not be reached.
        body: the file, of which the first 512 KiB count.
        user_agent: ours; its product token (up to "/") names our group.
    """
    if status is not None and 200 <= status < 300:
        text = body[:MAX_BYTES].decode("utf-8-sig", errors="replace")
        return RobotsRules(Protego.parse(text), our_group(text, user_agent))
    if status is not None and 300 <= status < 500 and status != 429:
        return RobotsRules(None, "*", NO_ROBOTS)  # section 2.3.1.3: unavailable allows everything
    return RobotsRules(None, "*", UNREACHABLE)  # section 2.3.1.4: unreachable forbids everything


def our_group(text: str, user_agent: str) -> str:
    """Return our product token if the file has a group for exactly it, else ``*``.

    The parser matches by prefix, so that a group for "sports" would silence the one for everybody.
    """
    token = user_agent.split("/", 1)[0].split()[0].lower()
    named = re.findall(r"^\s*user-agent\s*:\s*([^\s#]+)", text.lower(), flags=re.MULTILINE)
    return token if any(name.split("/")[0] == token for name in named) else "*"


class RobotsBook:
    """Fetches each origin's rules once, when its first URL is judged."""

    def __init__(self, fetch: Callable[[str], Awaitable[RobotsRules]]) -> None:
        self._fetch = fetch
        self._rules: dict[str, asyncio.Future[RobotsRules]] = {}

    async def verdict(self, url: str) -> str:
        """Return the verdict on a URL, asking its origin for the rules if need be."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:  # a task, so that workers who come meanwhile wait for the same answer
            self._rules[origin] = asyncio.ensure_future(self._fetch(f"{origin}/robots.txt"))
        return (await asyncio.shield(self._rules[origin])).verdict(url)
