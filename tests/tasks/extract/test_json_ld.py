"""Which games a page says it is about."""

from __future__ import annotations

from tasks.extract.json_ld import event_ids, parse_blocks


def test_event_ids_nested_listed_and_repeated_come_once_in_order() -> None:
    blocks = [
        '{"@type": "NewsArticle", "about": [{"@type": "SportsEvent", "@id": "sim:g2"}]}',
        '[{"@type": "SportsEvent", "identifier": "sim:g1"}]',
        '{"@type": "SportsEvent", "identifier": ["sim:g2"]}',
        "not json",
        '{"@type": "MusicEvent", "identifier": "other"}',
    ]
    assert event_ids(parse_blocks(blocks)) == ["sim:g2", "sim:g1"]
