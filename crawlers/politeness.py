"""When we may ask a host again: its delay, what it asked for, and how it has answered lately.

One ``HostPace`` per host and process, whoever asks: sources that share a host share its patience. A request
begins when the last one ended and the host's delay has passed (with ``concurrency`` above 1, which only the
simulated web allows, when the last one began). The delay is the largest of the source's floor, robots.txt's
Crawl-delay and a multiple of the host's own answering time, doubled after each 429 or 503, and never above
the source's cap.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawlers.catalog import Politeness

MAX_ATTEMPTS = 5
MAX_WAIT_S = 300.0  # a longer Retry-After ends the source's visit instead
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
ASKED_TO_WAIT = frozenset({429, 503})
MAX_SLOWDOWN = 16
SMOOTHING = 0.3  # of the newest answer's time, in the running mean


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for (a number or an HTTP date), or None."""
    if value is None:
        return None
    text = value.strip()
    if text.isdecimal() and text.isascii():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def backoff_s(attempt: int) -> float:
    """Return how long to wait after the given failed attempt (1 is the first)."""
    return min(0.5 * 2.0 ** (attempt - 1), MAX_WAIT_S)


def rate_limit_pause_s(remaining: str | None, reset: str | None, num_in_flight: int = 0) -> float:
    """Return how long X-Ratelimit-Remaining and -Reset (seconds until the window ends) ask us to rest.

    Requests in flight may not be counted in what remains yet.
    """
    try:
        left, wait_s = float(remaining or "inf"), float(reset or "nan")
    except ValueError:
        return 0.0
    return min(wait_s, MAX_WAIT_S) if left < 1 + num_in_flight and wait_s > 0 else 0.0


class HostPace:
    """One host's turns."""

    def __init__(self, politeness: Politeness, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._floor_s, self._cap_s = politeness.delay_s, politeness.max_delay_s
        self._multiple = politeness.response_multiple
        self._one_by_one = politeness.concurrency == 1
        self._slots = asyncio.Semaphore(politeness.concurrency)
        self._turn = asyncio.Lock()
        self._next, self._last, self._paused_until = 0.0, -math.inf, 0.0
        self._answer_s = 0.0
        self._slowdown, self._good_answers = 1, 0
        self.num_in_flight = 0

    @property
    def delay_s(self) -> float:
        """The seconds between two requests, as things stand."""
        wished = max(self._floor_s, self._multiple * self._answer_s) * self._slowdown
        return max(self._floor_s, min(wished, self._cap_s))

    @property
    def state(self) -> str:
        """What the host is doing, in a word or two: for the table people watch."""
        left = self._paused_until - self._clock()
        if left > 0:
            return f"waits {left:.0f} s"
        return f"every {self.delay_s:.2g} s" if self.delay_s else "no delay"

    def at_least(self, politeness: Politeness) -> None:
        """Be no less patient than another source that is on the same host."""
        self._cap_s = max(self._cap_s, politeness.max_delay_s)
        self._floor_s = max(self._floor_s, politeness.delay_s)
        self._multiple = max(self._multiple, politeness.response_multiple)

    def crawl_delay(self, seconds: float | None) -> None:
        """Take robots.txt's Crawl-delay as a floor, up to the source's cap."""
        if seconds:
            self._floor_s = max(self._floor_s, min(seconds, self._cap_s))
            self._next = max(self._next, self._last + self.delay_s)

    def pause(self, seconds: float) -> None:
        """Let nobody ask for some seconds from now."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, hold it while a request is answered, and learn from how long that took."""
        async with self._slots:
            async with self._turn:
                while (left := max(self._next, self._paused_until) - self._clock()) > 0:
                    await asyncio.sleep(left)
                began = self._last = self._clock()
                self._next = began + self.delay_s
            self.num_in_flight += 1
            try:
                yield
            finally:
                self.num_in_flight -= 1
                self._learn(self._clock() - began)

    def answered(self, status: int) -> None:
        """Slow down after a 429 or 503, and find back to the old pace over ten good answers."""
        if status in ASKED_TO_WAIT:
            self._slowdown, self._good_answers = min(2 * self._slowdown, MAX_SLOWDOWN), 0
        elif self._slowdown > 1 and status < 400:
            self._good_answers += 1
            if self._good_answers >= 10:
                self._slowdown, self._good_answers = self._slowdown // 2, 0

    def _learn(self, seconds: float) -> None:
        mean = self._answer_s
        self._answer_s = seconds if not mean else mean + SMOOTHING * (seconds - mean)
        if self._one_by_one:
            self._last = self._clock()
            self._next = self._last + self.delay_s


class HostPaces:
    """Every host's pace, made when it is first asked."""

    def __init__(self) -> None:
        self._paces: dict[str, HostPace] = {}

    def of(self, host: str, politeness: Politeness) -> HostPace:
        """Return a host's pace; of several sources that share one, the more patient one's manners hold."""
        if host not in self._paces:
            self._paces[host] = HostPace(politeness)
        self._paces[host].at_least(politeness)
        return self._paces[host]

    def states(self) -> dict[str, str]:
        """Return what each host is doing, by host."""
        return {host: pace.state for host, pace in sorted(self._paces.items())}
