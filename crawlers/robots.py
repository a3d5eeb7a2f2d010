"""robots.txt after RFC 9309: what a status means, which group is ours, and one verdict for each URL."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import unquote_to_bytes, urlsplit

MAX_BYTES = 512 * 1024  # RFC 9309 section 2.5 asks for at least 500 KiB
MAX_AGE_S = 24 * 3600.0  # section 2.4: no older copy is used
ALLOWED, DISALLOWED, NO_ROBOTS, UNREACHABLE = "allowed", "disallowed", "no-robots", "robots-unreachable"
MAY_FETCH = frozenset({ALLOWED, NO_ROBOTS})

# Crawlers that feed a model's training, or a data set sold or given away for it: so their operators say, or
# (cohere-ai, ImagesiftBot) leave open. A site that shuts one of them out objects to what we do.
TRAINING_AGENTS = frozenset(
    {
        "AI2Bot",
        "Ai2Bot-Dolma",
        "Amazonbot",
        "Applebot-Extended",
        "Bytespider",
        "CCBot",
        "Claude-Web",
        "ClaudeBot",
        "Diffbot",
        "FacebookBot",
        "GPTBot",
        "Google-Extended",
        "ImagesiftBot",
        "Meta-ExternalAgent",
        "PanguBot",
        "Timpibot",
        "Webzio-Extended",
        "anthropic-ai",
        "cohere-ai",
        "cohere-training-data-crawler",
        "img2dataset",
        "omgili",
        "omgilibot",
    }
)
# Those that answer one person's question or build a search index: to shut them out says nothing of training.
ANSWERING_AGENTS = frozenset(
    {
        "ChatGPT-User",
        "Claude-SearchBot",
        "Claude-User",
        "DuckAssistBot",
        "Meta-ExternalFetcher",
        "MistralAI-User",
        "OAI-SearchBot",
        "Perplexity-User",
        "PerplexityBot",
        "YouBot",
    }
)
AI_AGENTS = tuple(sorted(TRAINING_AGENTS | ANSWERING_AGENTS))

# A missing colon is forgiven where a blank stands in its place: the site's wish is plain (section 2.3.1.5).
_RECORD = re.compile(
    rb"(user-agent|allow|disallow|crawl-delay|sitemap)(?:[ \t]*:|[ \t])[ \t]*(.*)", re.IGNORECASE | re.DOTALL
)
# A version or other ballast may follow the token. Digits belong to no valid token (section 2.2.1) but to real
# names (AI2Bot), and without them "sportslm2" would be taken for "sportslm".
_TOKEN = re.compile(rb"\*(?![\w.-])|[\w.-]+")
_SECONDS = re.compile(rb"\d+(?:\.\d*)?|\.\d+")
_TARGET = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://[^/?#]*)?([^#]*)", re.IGNORECASE)


class PathPattern:
    """A path with ``*`` for any octets and a final ``$`` for the end (RFC 9309 section 2.2.3).

    Both sides are compared as the octets they stand for. Section 2.2.2 has them percent-encoded first, the
    reserved characters too, and encoded unreserved ones decoded; under that rule two paths are equal exactly
    when their octets are: ``%7E`` is ``~``, ``%2f`` is ``/``, and ``%2A`` is a star that is no wildcard.

    Attributes:
        num_octets: the pattern's octets, wildcards included: the more, the more specific.
    """

    __slots__ = ("_anchored", "_pieces", "num_octets")

    def __init__(self, text: bytes) -> None:
        self._anchored = text.endswith(b"$")
        first, *others = [unquote_to_bytes(piece) for piece in text.removesuffix(b"$").split(b"*")]
        self.num_octets = sum(map(len, others), len(first)) + len(others) + self._anchored
        self._pieces = [first, *filter(None, others[:-1]), *others[-1:]]

    def matches(self, path: bytes) -> bool:
        """Return whether the pattern fits ``path_octets`` of a URL; each star takes the nearest match."""
        first, *others = self._pieces
        if not path.startswith(first):
            return False
        if not others:
            return not self._anchored or len(path) == len(first)
        *middle, last = others
        position = len(first)
        for piece in middle:
            found = path.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        if self._anchored:
            return path.endswith(last) and len(path) - len(last) >= position
        return path.find(last, position) >= 0


def path_octets(url: str) -> bytes:
    """Return the octets of a URL's path and query, without the fragment; ``/`` if there is no path."""
    found = _TARGET.match(url)
    target = found.group(1) if found else ""
    rooted = target if target.startswith("/") else f"/{target}"
    return unquote_to_bytes(rooted.encode("utf-8", "surrogatepass"))


def product_token(user_agent: str) -> str:
    """Return what a robots.txt calls us: the user agent up to the first slash or blank, in lower case."""
    return re.split(r"[/\s]", user_agent.strip(), maxsplit=1)[0].lower()


@dataclass(frozen=True)
class _Rule:
    pattern: PathPattern
    allow: bool


@dataclass
class _Group:
    """A run of user-agent lines and the records up to the next; a delay holds for the agents before it."""

    num_agents: int = 0
    rules: list[_Rule] = field(default_factory=list)
    delays: list[tuple[int, float]] = field(default_factory=list)  # agents named so far, seconds


class RobotsFile:
    """A parsed robots.txt; lines it cannot read are left out (RFC 9309 section 2.3.1.5).

    Attributes:
        sitemaps: the values of its ``Sitemap`` records, in order.
    """

    def __init__(self, groups: dict[str, list[tuple[_Group, int]]], sitemaps: tuple[str, ...]) -> None:
        self._groups = groups  # by token, with the place of its line in the group
        self._sorted: dict[str, tuple[_Rule, ...]] = {}
        self.sitemaps = sitemaps

    @classmethod
    def parse(cls, body: bytes) -> RobotsFile:
        """Return what a body says, of which the lines that end within the first 512 KiB count."""
        groups: dict[str, list[tuple[_Group, int]]] = {}
        sitemaps: list[str] = []
        group, in_rules = _Group(), False
        for key, value in _records(body):
            if key == b"sitemap":
                sitemaps.append(value.decode("utf-8", "replace"))
            elif key == b"user-agent":
                if in_rules:  # section 2.2: user-agent lines that follow rules open another group
                    group, in_rules = _Group(), False
                _join(groups, group, value)
            elif key == b"crawl-delay":
                if _SECONDS.fullmatch(value) and isfinite(float(value)):
                    group.delays.append((group.num_agents, float(value)))
            elif group.num_agents:  # section 2.2.2: rules before the first user-agent line are in no group
                in_rules = True
                if value:  # an empty path matches nothing
                    group.rules.append(_Rule(PathPattern(value), key == b"allow"))
        return cls(groups, tuple(sitemaps))

    def names(self, agent: str) -> bool:
        """Return whether there is a group for exactly this product token, in any case."""
        return agent.lower() in self._groups

    def allows(self, url: str, agent: str) -> bool:
        """Return whether a product token, or everybody where it has no group, may fetch a URL."""
        octets = path_octets(url)
        if octets == b"/robots.txt":  # section 2.2.2: implicitly allowed
            return True
        return next((rule.allow for rule in self._rules(agent) if rule.pattern.matches(octets)), True)

    def crawl_delay(self, agent: str) -> float | None:
        """Return the seconds between two requests asked for, the longest if several; no part of RFC 9309."""
        groups = self._groups.get(self._token(agent), [])
        asked = (s for group, place in groups for num_agents, s in group.delays if place < num_agents)
        return max(asked, default=None)

    def _token(self, agent: str) -> str:
        return agent.lower() if self.names(agent) else "*"

    def _rules(self, agent: str) -> tuple[_Rule, ...]:
        """Return the rules of all groups of an agent (section 2.2.1) in the order in which they decide: the
        most specific first, allow before disallow (section 2.2.2)."""
        token = self._token(agent)
        if token not in self._sorted:
            rules = [rule for group, _ in self._groups.get(token, []) for rule in group.rules]
            self._sorted[token] = tuple(sorted(rules, key=lambda r: (-r.pattern.num_octets, not r.allow)))
        return self._sorted[token]


def _records(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the known records: names in lower case, values without comments and blanks at either end."""
    if len(body) > MAX_BYTES:  # half a line could forbid or allow what the whole does not
        window = body[: MAX_BYTES + 1]
        body = window[: max(window.rfind(b"\n"), window.rfind(b"\r")) + 1]
    lines = body.removeprefix(b"\xef\xbb\xbf").splitlines()
    found = (_RECORD.fullmatch(line.split(b"#", 1)[0].strip(b" \t")) for line in lines)
    return [(match.group(1).lower(), match.group(2)) for match in found if match]


def _join(groups: dict[str, list[tuple[_Group, int]]], group: _Group, agent: bytes) -> None:
    """Put an agent into a group, once; a value that is no token still opens the group."""
    found = _TOKEN.match(agent)
    joined = groups.setdefault(found.group().decode().lower() if found else "", [])
    if not joined or joined[-1][0] is not group:
        joined.append((group, group.num_agents))
    group.num_agents += 1


@dataclass(frozen=True)
class RobotsRules:
    """What an origin's answer means for us; ``fixed`` is a verdict that holds for every URL.

    Attributes:
        file: what it said, None where a status decides.
        agent: our product token.
        objections: the training agents that the file names.
    """

    file: RobotsFile | None
    agent: str
    fixed: str | None = None
    objections: tuple[str, ...] = ()

    def verdict(self, url: str) -> str:
        """Return ``allowed``, ``disallowed``, ``no-robots`` or ``robots-unreachable``."""
        if self.fixed or self.file is None:
            return self.fixed or NO_ROBOTS
        return ALLOWED if self.file.allows(url, self.agent) else DISALLOWED

    @property
    def crawl_delay(self) -> float | None:
        """The seconds between two requests that we are asked for, None if we are not."""
        return self.file.crawl_delay(self.agent) if self.file else None

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the file names."""
        return self.file.sitemaps if self.file else ()

    def opt_outs(self, url: str) -> tuple[str, ...]:
        """Return ``robots:<agent>`` for each training agent that is named and may not fetch a URL."""
        if self.file is None:
            return ()
        return tuple(f"robots:{agent}" for agent in self.objections if not self.file.allows(url, agent))


def robots_rules(status: int | None, body: bytes, user_agent: str) -> RobotsRules:
    """Return what an origin's answer to ``/robots.txt`` means.

    Args:
        status: the final HTTP status after redirects (a redirect status: more than five hops); None if the
            host could not be reached.
        body: the file, of which the first 512 KiB count.
        user_agent: ours; its product token (up to "/") names our group.
    """
    agent = product_token(user_agent)
    if status is not None and 200 <= status < 300:
        file = RobotsFile.parse(body)
        named = tuple(name for name in AI_AGENTS if name in TRAINING_AGENTS and file.names(name))
        return RobotsRules(file, agent, objections=named)
    if status is not None and 300 <= status < 500 and status != 429:
        return RobotsRules(None, agent, NO_ROBOTS)  # section 2.3.1.3: unavailable allows everything
    return RobotsRules(None, agent, UNREACHABLE)  # section 2.3.1.4: unreachable forbids everything


class RobotsBook:
    """Fetches each origin's rules when its first URL is judged, and again when they are 24 hours old."""

    def __init__(
        self, fetch: Callable[[str], Awaitable[RobotsRules]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch, self._now = fetch, now
        self._answers: dict[str, tuple[float, asyncio.Future[RobotsRules]]] = {}

    async def verdict(self, url: str) -> str:
        """Return the verdict on a URL, asking its origin for the rules if need be."""
        return (await self.rules(url)).verdict(url)

    async def rules(self, url: str) -> RobotsRules:
        """Return the rules of a URL's origin; who comes while they are fetched waits for the same answer."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        asked_at, answer = self._answers.get(origin, (0.0, None))
        if answer is None or self._now() - asked_at >= MAX_AGE_S:
            answer = asyncio.ensure_future(self._fetch(f"{origin}/robots.txt"))
            self._answers[origin] = self._now(), answer
        return await asyncio.shield(answer)
