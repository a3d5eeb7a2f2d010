"""Records and tables to text and back, over recorded games, scoreboards, seasons and statistics pages.

    python benchmarks/records.py [--data ../shared/data]

For each collection: the files, the records or tables, the plain values that are numbers, how many of all
stand in the text at their own place, and the seconds. A record's text is read back and compared with the
record; then every value of the source is looked for in what was read, or among those declared to be left out
(tasks/extract/records/accounts.py). Tables are compared with what the standard library's parser finds.
Exit code 1 when a number or a table is missing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tasks.extract.html_page import PageRequest, decode_html, read_page
from tasks.extract.records.accounts import num_numbers, unaccounted
from tasks.extract.records.read import read_json
from tasks.extract.records.read_back import differences, read_texts
from tasks.extract.records.told import spoken
from tasks.extract.tables import read_table
from tasks.extract.warc_records import Response, read_responses

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.tasks.extract.tables_oracle import tables_of, without_repeats

STATISTICS_HOST = re.compile(r"^https?://(www\.)?([\w-]+-reference|fbref|stathead)\.com/")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
MAX_BODY_BYTES = 50_000_000


@dataclass
class Tally:
    """What was found in a collection."""

    files: int = 0
    parts: int = 0
    numbers: int = 0
    lost: int = 0
    parts_lost: int = 0
    faults: list[str] = field(default_factory=list)


def main(data: Path) -> int:
    """Print a line for each collection; return the exit code."""
    collections: list[tuple[str, str, Callable[[], Iterable[tuple[str, bytes, str]]], Check]] = [
        ("NFL games", "records", lambda: _files(data / "nfl_gamecenter"), check_records),
        ("ESPN scoreboards", "records", lambda: _scoreboards(data / "web"), check_records),
        ("openfootball", "records", lambda: _files(data / "openfootball"), check_records),
        ("NBA box scores", "records", lambda: _rows(data / "box_scores"), check_records),
        ("sports-reference", "tables", lambda: _statistics(data / "web"), check_tables),
    ]
    good = True
    print(f"{'collection':18}{'files':>7}{'parts':>17}{'numbers':>11}{'read back':>11}{'seconds':>9}")
    for name, unit, inputs, check in collections:
        tally, start = Tally(), time.perf_counter()
        for label, body, charset in inputs():
            tally.files += 1
            check(label, body, charset, tally)
        if not tally.files:
            print(f"{name:18}{'none there':>7}")
            continue
        kept = 100 * (1 - tally.lost / max(tally.numbers, 1))
        parts = f"{tally.parts - tally.parts_lost}/{tally.parts} {unit}"
        seconds = time.perf_counter() - start
        print(f"{name:18}{tally.files:>7}{parts:>20}{tally.numbers:>11,}{kept:>10.3f}%{seconds:>9.1f}")
        print("".join(f"    {fault}\n" for fault in tally.faults[:10]), end="")
        good = good and not tally.faults
    return 0 if good else 1


Check = Callable[[str, bytes, str, Tally], None]


def check_records(label: str, body: bytes, charset: str, tally: Tally) -> None:
    """Compare an answer's text with its records, and both with the answer."""
    answer = json.loads(body)
    found = read_json(body, charset)
    if isinstance(found, str):
        if num_numbers(answer) and found != "no_games":
            tally.faults.append(f"{label}: {found}")
        return
    records = json.loads(found.record or "[]")
    told = [said for said in map(spoken, records if isinstance(records, list) else [records]) if said]
    read = read_texts(found.text)
    unlike, lost = differences(told, read), unaccounted(answer, read)
    tally.parts += len(told)
    tally.numbers += num_numbers(answer)
    tally.lost += len(unlike) + len(lost)
    tally.parts_lost += len({difference.path[0] for difference in unlike})
    tally.faults += [f"{label}: {difference}" for difference in unlike]
    tally.faults += [f"{label}: not told: {leaf.path} {leaf.value!r}" for leaf in lost]


def check_tables(label: str, body: bytes, charset: str, tally: Tally) -> None:
    """Compare a page's tables with those of another parser, row by row."""
    page = read_page(body, PageRequest(label, charset, "statistics", True, "best", ""))
    read = Counter(str(read_table(text).rows) for text in page.text.split("\n\n"))
    for rows in map(without_repeats, tables_of(decode_html(body, charset))):
        expected = str([list(row) for row in rows])
        num_numbers = sum(len(NUMBER.findall(cell)) for row in rows for cell in row)
        tally.parts += 1
        tally.numbers += num_numbers
        read[expected] -= 1
        if read[expected] < 0:
            tally.parts_lost += 1
            tally.lost += num_numbers
            tally.faults.append(f"{label}: not read back: {expected[:120]}")


def _files(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    for path in sorted([*folder.rglob("*.json"), *folder.rglob("*.json.gz")]):
        body = path.read_bytes()
        yield path.name, gzip.decompress(body) if path.suffix == ".gz" else body, ""


def _rows(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path) as file:
            for number, line in enumerate(file, 1):
                yield f"{path.name}:{number}", line, ""


def _responses(folder: Path) -> Iterator[Response]:
    for path in sorted(folder.glob("*.warc.gz")):
        yield from (r for r in read_responses(path, MAX_BODY_BYTES) if isinstance(r, Response) and r.body)


def _scoreboards(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    for item in _responses(folder):
        if item.content_type.endswith("json") and "espn.com" in item.url:
            yield item.url, item.body, item.charset


def _statistics(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    for item in _responses(folder):
        if STATISTICS_HOST.match(item.url) and "html" in item.content_type:
            yield item.url, item.body, item.charset


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1].parent / "shared/data")
    sys.exit(main(parser.parse_args().data))
