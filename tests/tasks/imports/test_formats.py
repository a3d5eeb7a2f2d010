"""Wiki dumps, openfootball, Zstandard lines and FineWeb-shaped Parquet."""

from __future__ import annotations

import bz2
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.imports.openfootball import match_record
from tasks.imports.place import Item, Meter, Place, Reading
from tasks.imports.records import read_jsonl
from tasks.imports.rows import read_rows
from tasks.imports.wiki_dump import read_dump
from tasks.imports.wikitext import plain_text
from tests.tasks.imports.test_import_file import run

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

HEAD = (
    '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="en"><siteinfo>'
    "<base>https://en.wikipedia.org/wiki/Main_Page</base></siteinfo>\n"
)


def reading(path: Path, place: Place | None = None) -> Reading:
    return Reading(path, path.name, place or Place(), Meter())


def wiki_page(title: str, text: str, ns: int = 0, extra: str = "") -> str:
    return (
        f"  <page><title>{title}</title><ns>{ns}</ns><id>{len(title)}</id>{extra}<revision><id>1</id>"
        f"<timestamp>2024-06-01T10:00:00Z</timestamp><model>wikitext</model><text>{text}</text></revision>"
        "</page>\n"
    )


def dump(path: Path, streams: list[list[str]]) -> Path:
    parts = [HEAD, *("".join(pages) for pages in streams), "</mediawiki>"]
    path.write_bytes(b"".join(bz2.compress(part.encode()) for part in parts))
    return path


def titles(items: list[Item]) -> list[str]:
    return [item.record["title"] if isinstance(item.record, dict) else item.record for item in items]


def test_wiki_dump_gives_articles_and_names_what_is_none(tmp_path: Path) -> None:
    pages = [
        wiki_page("Ally Pally", "'''Ally Pally''' is a [[darts|venue]].&lt;ref&gt;A note.&lt;/ref&gt;"),
        wiki_page("Old name", "#REDIRECT [[Ally Pally]]", extra='<redirect title="Ally Pally" />'),
        wiki_page("Talk:Ally Pally", "Hello.", ns=1),
    ]
    items = list(read_dump(reading(dump(tmp_path / "enwiki-pages-articles.xml.bz2", [pages]))))
    assert titles(items) == ["Ally Pally", "redirect", "other_namespace"]
    record = items[0].record
    assert isinstance(record, dict)
    assert (record["url"], record["text"], record["language"]) == (
        "https://en.wikipedia.org/wiki/Ally_Pally",
        "Ally Pally is a venue.",
        "en",
    )


@pytest.mark.parametrize("multistream", [True, False])
def test_wiki_dump_goes_on_at_any_page(tmp_path: Path, multistream: bool) -> None:
    pages = [wiki_page(f"Page {n}", f"Text {n}.") for n in range(12)]
    streams = [pages[:5], pages[5:10], pages[10:]]
    file = dump(tmp_path / "wiki.xml.bz2", streams)
    if not multistream:
        file.write_bytes(bz2.compress(bz2.decompress(file.read_bytes())))
    items = list(read_dump(reading(file)))
    assert titles(items) == [f"Page {n}" for n in range(12)]
    assert (items[-1].offset > 0) == multistream
    for done, item in enumerate(items, 1):
        rest = list(read_dump(reading(file, Place(item.offset, item.within, done))))
        assert rest == items[done:]


def test_wiki_dump_that_breaks_off_gives_its_pages_then_says_so(tmp_path: Path) -> None:
    file = dump(tmp_path / "wiki.xml.bz2", [[wiki_page("Page 1", "Text.")], [wiki_page("Page 2", "Text.")]])
    end_of_second = bz2.compress(b"</mediawiki>")
    file.write_bytes(file.read_bytes()[: -len(end_of_second) - 20])
    assert titles(list(read_dump(reading(file)))) == ["Page 1", "truncated"]
    (tmp_path / "other.xml.bz2").write_bytes(bz2.compress(b"<rss></rss>"))
    with pytest.raises(ValueError, match=r"other\.xml\.bz2 is no dump of a MediaWiki"):
        list(read_dump(reading(tmp_path / "other.xml.bz2")))


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{Infobox|a={{nested|b}}}}He ran {{convert|5|km|mi}} in [[2024]].", "He ran 5 km in 2024."),
        ("[[File:a.jpg|thumb|A [[goal|net]] is]]Goals.\n[[Category:Sport]]", "Goals."),
        ("Before.\n{| class=x\n|-\n| cell {{t}}\n{| inner |}\n|}\nAfter.", "Before.\n\nAfter."),
        ("== Early ''life'' ==\n* One\n** Two\n", "Early life\n\n- One\n- Two"),
        ("A<ref name=x>{{cite}}</ref> b<ref name=x /> c<!-- d -->.", "A b c."),
        ("See [https://a.test the site] &amp; [[:Category:X|that]].", "See the site & that."),
        ("Open {{never closed and [[too", "Open never closed and too"),
        (
            "[[Formula One: Drive to Survive]] is [[Real Madrid CF]]",
            "Formula One: Drive to Survive is Real Madrid CF",
        ),
    ],
)
def test_wikitext_keeps_prose(wikitext: str, text: str) -> None:
    assert plain_text(wikitext) == text


def test_wikitext_of_a_hostile_page_takes_no_time() -> None:
    assert plain_text("[[" * 200_000 + "x" + "]]" * 200_000).count("x") == 1


def test_openfootball_file_is_a_record_a_match(tmp_path: Path) -> None:
    played: dict[str, Any] = {
        "round": "Matchday 1", "date": "2022-08-05", "time": "20:00", "team1": "Crystal Palace FC",
        "team2": "Arsenal FC", "score": {"ht": [0, 1], "ft": [0, 2]},
    }  # fmt: skip
    ahead = {"round": "Matchday 2", "date": "2022-08-13", "team1": "Arsenal FC", "team2": "Leicester City FC"}
    name = "English Premier League 2022/23"
    (tmp_path / "en.1.json").write_text(
        json.dumps({"name": name, "matches": [played, {"team1": "A"}, ahead]})
    )
    counts, rows = run(tmp_path / "en.1.json", tmp_path / "out")
    assert (counts.rows_in, counts.rows_out, counts.dropped) == (3, 2, {"no_teams": 1})
    assert rows[0]["title"] == "Crystal Palace FC v Arsenal FC"
    assert (rows[0]["kind"], rows[0]["sport"]) == ("record", "football")
    record = json.loads(rows[0]["record"])
    assert (record["league"], record["season"]) == ("English Premier League", "2022/23")
    assert (record["home_score"], record["away_score"], record["half"]) == (0, 2, {"home": 0, "away": 1})
    assert "home score: 0\naway score: 2" in rows[0]["text"]
    assert "home_score" not in json.loads(rows[1]["record"])
    (tmp_path / "other.json").write_text('{"a": 1}')
    assert run(tmp_path / "other.json", tmp_path / "out2")[0].dropped == {"unsupported_format": 1}


def test_openfootball_older_scores_are_read() -> None:
    old = {"date": "2015-08-08", "team1": {"name": "A"}, "team2": {"name": "B"}, "score1": 3, "score2": 0}
    record = match_record(old, "League 2015/16")
    assert isinstance(record, dict)
    game = json.loads(record["record_json"])
    assert (game["home"], game["home_score"], game["away_score"]) == ("A", 3, 0)


def test_jsonl_zstandard_goes_on_at_any_line(tmp_path: Path) -> None:
    rows = [{"id": n, "text": f"Report {n}"} for n in range(50)]
    file = tmp_path / "rows.jsonl.zst"
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    file.write_bytes(zstd.compress(data[:700]) + zstd.compress(data[700:]))
    items = list(read_jsonl(reading(file)))
    assert [item.record for item in items] == rows
    for done in (1, 17, 50):
        assert list(read_jsonl(reading(file, Place(items[done - 1].offset, 0, done)))) == items[done:]
    file.write_bytes(zstd.compress(data)[:-40])
    assert list(read_jsonl(reading(file)))[-1].record == "truncated"


def test_parquet_reads_urls_first_and_other_columns_of_groups_that_need_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [f"https://example.org/{'sport' if n in (130, 131) else 'money'}/{n}" for n in range(200)]
    urls[7] = ""
    table = pa.table({"text": [f"Text {n}" for n in range(200)], "url": urls, "embedding": [[0.0]] * 200})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=50)
    asked: list[tuple[int, tuple[str, ...]]] = []
    whole = pq.ParquetFile.iter_batches

    def noted(self: Any, size: int, row_groups: list[int], columns: list[str]) -> Any:
        asked.append((row_groups[0], tuple(columns)))
        return whole(self, size, row_groups=row_groups, columns=columns)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", noted)
    found = list(read_rows(reading(tmp_path / "rows.parquet"), lambda url: "/sport/" in url))
    assert asked == [(0, ("url",)), (1, ("url",)), (2, ("url",)), (2, ("text", "url")), (3, ("url",))]
    assert [item.record["text"] for item in found if isinstance(item.record, dict)] == [
        "Text 130",
        "Text 131",
    ]
    assert found[7].record == "no_url"
    assert sum(item.record == "other_url" for item in found) == 197
    rest = list(
        read_rows(reading(tmp_path / "rows.parquet", Place(131, 0, 131)), lambda url: "/sport/" in url)
    )
    assert rest == found[131:]
