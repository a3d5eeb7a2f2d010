"""What an API's answer comes to: text, a record and the events it is about, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.extract.plain_text import normalised
from tasks.extract.records.told import canonical, record_text

# Why an answer gives no document.
NOT_JSON = "not_json"
INDEX_PAGE = "index_page"  # it only says where records are
NO_TEXT = "no_text"
NO_GAMES = "no_games"  # a day without any
API_ERROR = "api_error"  # status 200, and an error inside
REMOVED = "removed"  # everything in it was deleted by its authors or a moderator

GAME = "game"


@dataclass(frozen=True)
class JsonText:
    """What an API answer says. ``record`` is its canonical JSON; ``kind`` is a Kind."""

    text: str
    kind: str
    title: str
    published_at: str
    events: list[str]
    record: str | None


def records_answer(records: Sequence[dict[str, Any]], kind: str = "record") -> JsonText:
    """Return records, at least one, as an answer; the first gives title and date, games give the events."""
    whole = records[0] if len(records) == 1 else list(records)
    events = [str(record["id"]) for record in records if record.get("type") == GAME and record.get("id")]
    return JsonText(
        text=normalised("\n\n".join(map(record_text, records))),
        kind=kind,
        title=_title(records[0]),
        published_at=_date(records[0]),
        events=list(dict.fromkeys(events)),
        record=canonical(whole),
    )


def _title(record: dict[str, Any]) -> str:
    for key in ("title", "name", "headline"):
        if isinstance(record.get(key), str):
            return str(record[key])
    if isinstance(record.get("home"), str) and isinstance(record.get("away"), str):
        return f"{record['home']} v {record['away']}"
    return ""


def _date(record: dict[str, Any]) -> str:
    return next((str(record[key]) for key in ("published_at", "date", "updated_at") if record.get(key)), "")
