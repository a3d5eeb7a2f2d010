from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from crawlers.politeness import HostPauses, retry_after_s

NOW = datetime(2026, 11, 20, 6, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 20 Nov 2026 06:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 05:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_seconds_and_dates_are_read(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


def test_host_pause_holds_that_host_only_and_keeps_the_longest() -> None:
    async def waited(pauses: HostPauses, host: str) -> float:
        begun = time.monotonic()
        await pauses.wait(host)
        return time.monotonic() - begun

    async def run() -> tuple[float, float]:
        pauses = HostPauses()
        pauses.pause("a.test", 0.2)
        pauses.pause("a.test", 0.01)
        return await waited(pauses, "b.test"), await waited(pauses, "a.test")

    other, paused = asyncio.run(run())
    assert other < 0.1
    assert paused >= 0.15
