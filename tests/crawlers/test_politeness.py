"""When a host may be asked again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from crawlers.catalog import Politeness
from crawlers.politeness import HostPace, HostPaces, backoff_s, rate_limit_pause_s, retry_after_s

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 20 Nov 2026 12:01:30 GMT", 90.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOON) == seconds


def test_backoff_doubles_and_is_capped() -> None:
    assert [backoff_s(n) for n in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert backoff_s(30) == 300.0


@pytest.mark.parametrize(
    ("remaining", "reset", "in_flight", "seconds"),
    [
        ("0", "30", 0, 30.0),
        ("0.0", "9999", 0, 300.0),
        ("5", "30", 0, 0.0),
        ("5", "30", 8, 30.0),
        (None, "30", 0, 0.0),
        ("0", None, 0, 0.0),
        ("none", "30", 0, 0.0),
    ],
)
def test_rate_limit_headers_ask_for_a_rest(
    remaining: str | None, reset: str | None, in_flight: int, seconds: float
) -> None:
    assert rate_limit_pause_s(remaining, reset, in_flight) == seconds


@dataclass
class Clock:
    """A clock that the answering of requests advances."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


async def ask(pace: HostPace, clock: Clock, answer_s: float = 0.0, status: int = 200) -> float:
    """Take a turn and hold it for some seconds by the clock; return when it began."""
    async with pace.turn():
        began = clock.now
        clock.now += answer_s
    pace.answered(status)
    return began


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that sleeping advances at once."""
    found = Clock()

    async def sleep(seconds: float) -> None:
        found.now += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return found


def starts(pace: HostPace, clock: Clock, *answers: tuple[float, int]) -> list[float]:
    """Return when each request began, in seconds after the first."""

    async def all_of_them() -> list[float]:
        return [await ask(pace, clock, seconds, status) for seconds, status in answers]

    found = asyncio.run(all_of_them())
    return [round(moment - found[0], 3) for moment in found]


def test_delay_passes_after_the_last_answer_ended(clock: Clock) -> None:
    pace = HostPace(Politeness(delay_s=2, response_multiple=0), clock)
    assert starts(pace, clock, (1.0, 200), (0.5, 200), (0.0, 200)) == [0.0, 3.0, 5.5]


def test_delay_grows_with_the_hosts_answering_time_up_to_the_cap(clock: Clock) -> None:
    pace = HostPace(Politeness(delay_s=1, response_multiple=5, max_delay_s=10), clock)
    assert starts(pace, clock, (0.1, 200), (0.1, 200)) == [0.0, 1.1]
    assert starts(pace, clock, *[(4.0, 200)] * 20)[-1] > 19 * 4
    assert pace.delay_s == 10


def test_crawl_delay_is_a_floor_up_to_the_cap_and_holds_for_the_request_after_robots_txt(
    clock: Clock,
) -> None:
    pace = HostPace(Politeness(delay_s=1, response_multiple=0, max_delay_s=10), clock)
    first = starts(pace, clock, (0.0, 200))
    began = clock.now
    pace.crawl_delay(4)
    starts(pace, clock, (0.0, 200))
    assert (first, clock.now - began) == ([0.0], 4.0)
    pace.crawl_delay(3600)
    assert pace.delay_s == 10
    pace.crawl_delay(None)
    assert pace.delay_s == 10


def test_busy_answers_double_the_delay_and_good_ones_bring_it_back(clock: Clock) -> None:
    pace = HostPace(Politeness(delay_s=1, response_multiple=0, max_delay_s=60), clock)
    starts(pace, clock, (0.0, 429), (0.0, 503))
    assert pace.delay_s == 4
    starts(pace, clock, *[(0.0, 200)] * 10)
    assert pace.delay_s == 2
    starts(pace, clock, *[(0.0, 429)] * 9)
    assert pace.delay_s == 16


def test_pause_holds_everybody_back(clock: Clock) -> None:
    pace = HostPace(Politeness(delay_s=0, response_multiple=0, concurrency=8), clock)
    pace.pause(30)
    pace.pause(10)
    began = clock.now
    assert pace.state == "waits 30 s"

    async def many() -> list[float]:
        return await asyncio.gather(*(ask(pace, clock) for _ in range(5)))

    assert min(asyncio.run(many())) - began == 30.0


def test_sources_on_one_host_share_its_pace_and_the_more_patient_manners_hold() -> None:
    paces = HostPaces()
    quick, slow = Politeness(delay_s=1, response_multiple=0), Politeness(delay_s=4, response_multiple=0)
    assert paces.of("a.test", quick) is paces.of("a.test", slow)
    assert paces.of("a.test", quick).delay_s == 4
    assert paces.of("b.test", quick).delay_s == 1


def test_one_connection_per_host_whoever_asks() -> None:
    paces, most, now = HostPaces(), 0, 0
    manners = Politeness(delay_s=0, response_multiple=0)

    async def visit() -> None:
        nonlocal most, now
        async with paces.of("a.test", manners).turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    async def many() -> None:
        await asyncio.gather(*(visit() for _ in range(10)))

    asyncio.run(many())
    assert most == 1
    assert paces.states() == {"a.test": "no delay"}
