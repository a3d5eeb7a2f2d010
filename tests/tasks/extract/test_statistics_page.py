"""Statistics pages: the lines around the tables, then all tables; no text twice for its depth."""

from __future__ import annotations

import time

import pytest
from lxml.html import fromstring

from tasks.extract.html_page import PageRequest, read_page
from tasks.extract.statistics_page import statistics_text

REQUEST = PageRequest("https://stats.example/box", "", "statistics", True, "best", "2026-03-01")


def test_statistics_text_tells_lines_then_tables_those_of_forms_and_footers_too() -> None:
    table = "<table><tr><td>Moss</td><td>{}</td></tr></table>"
    tree = fromstring(
        f"<html><body><h1>Arden at Holm</h1><p>Attendance: 4,210</p><form>{table.format(31)}</form>"
        f"<footer>{table.format(7)}</footer><nav>Scores</nav><template>{table.format(9)}</template></body></html>"
    )
    assert statistics_text(tree) == "Arden at Holm\nAttendance: 4,210\n\nMoss | 31\n\nMoss | 7"


def test_statistics_text_says_a_block_within_inline_elements_once() -> None:
    tree = fromstring("<html><body><div>Score <span><b>by</b><div>31</div></span> end</div></body></html>")
    assert statistics_text(tree).strip() == "Score by end\n31"


@pytest.mark.parametrize(
    "page",
    [
        "<div><span>" * 120 + "12 " * 500_000,
        "<div><a>" * 120 + "12 " * 500_000,
        "<div class=nav><b>3</b>" * 100_000,
        "<nav>1</nav> 2 <div class=menu>3</div> 4 " * 40_000,
        "<form>" * 50_000 + "<table><tr><td>1<td>2</table>",
        "<form><table><tr><td>1<td>2</table></form>" * 30_000,
    ],
)
def test_statistics_page_of_hostile_markup_stays_within_time_and_memory(page: str) -> None:
    start = time.process_time()
    found = read_page(page.encode(), REQUEST)
    assert len(found.text) < 2 * len(page)
    assert time.process_time() - start < 10
