"""When we may ask again: Retry-After (RFC 9110 section 10.2.3), backoff, and pauses of a whole host."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_ATTEMPTS = 5
MAX_WAIT_S = 300.0  # a longer Retry-After ends the source's visit instead
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
ASKED_TO_WAIT = frozenset({429, 503})


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for (a number or an HTTP date), or None."""
    if value is None:
        return None
    text = value.strip()
    if text.isdigit():
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


class HostPauses:
    """Pauses that all requests to a host share: one 429 silences every worker."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody ask a host for some seconds from now."""
        self._until[host] = max(self._until.get(host, 0.0), time.monotonic() + seconds)

    async def wait(self, host: str) -> None:
        """Return when a host may be asked again."""
        while (left := self._until.get(host, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(left)
