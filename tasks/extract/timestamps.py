"""Reading the dates that pages and data files give, to UTC: ISO 8601, RFC 2822, seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_YEAR, LAST_YEAR = 1800, 2200
# Seconds since 1970 reach this in the year 5138; larger numbers are milliseconds.
LARGEST_SECONDS = 10**11


def parse_timestamp(value: object) -> datetime | None:
    """Return the moment that a string, number or datetime names, or None if it names none."""
    try:
        moment = _parse(value)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
    return moment if moment and FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _parse(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000 if abs(value) > LARGEST_SECONDS else value, UTC)
    text = str(value).strip()
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        return _utc(parsedate_to_datetime(text))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
