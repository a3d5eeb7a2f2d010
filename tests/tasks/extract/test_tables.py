"""Tables to text and back: every cell once, whatever stands in it, and no page takes long."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fromstring

from tasks.extract.plain_text import normalised
from tasks.extract.tables import is_full_of_numbers, read_table, table_text, take_tables, uncover_tables
from tests.tasks.extract.tables_oracle import tables_of, without_repeats

CELLS = st.sampled_from(
    ["1", "a", "", "|", "a | b", '"', '"a"', "caption: x", 'caption: "', "-3.5", "| |", "12"]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Co", "Cn"]), max_size=5)


def page_of(rows: list[list[str]], caption: str = "") -> str:
    cells = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
    head = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{head}{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def flat(text: str) -> str:
    return " ".join(normalised(text).split())


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5), CELLS)
def test_table_text_reads_back_as_its_rows_and_caption(rows: list[list[str]], caption: str) -> None:
    numbered = [
        [str(place), *row] if len(row) > 1 else [f"{place}{row[0]}"] for place, row in enumerate(rows)
    ]
    found = read_table(normalised(table_text(fromstring(page_of(numbered, caption)))))
    assert found.rows == [[flat(cell) for cell in row] for row in numbered]
    assert found.caption == flat(caption)


def test_table_text_keeps_two_equal_rows_of_numbers_and_leaves_out_a_header_again() -> None:
    header = "<tr class=thead><th>Player</th><th>9</th></tr>"
    row = "<tr><th>Moss</th><td>7</td></tr>"
    found = read_table(table_text(fromstring(f"<table>{header}{row}{row}{header}{row}</table>")))
    assert found.rows == [["Player", "9"], ["Moss", "7"], ["Moss", "7"], ["Moss", "7"]]


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        ("<tr><td>12<br>34</td><td>5<p>6</td></tr>", [["12 34", "5 6"]]),
        ("<td>1</td><td>2</td>", [["1", "2"]]),
        (
            "<tr><th colspan=3>Passing</th></tr><tr><td>1</td><td></td><td>3</td></tr>",
            [["Passing"], ["1", "", "3"]],
        ),
        ("<tr><td></td><td>1</td><td></td><td></td></tr>", [["", "1", "", ""]]),
        ("<tr><td>1<!-- 2 --></td><td>3</td></tr>", [["1", "3"]]),
    ],
)
def test_table_text_of_a_form_reads_back(body: str, rows: list[list[str]]) -> None:
    assert read_table(table_text(fromstring(f"<table>{body}</table>"))).rows == rows


def test_read_table_whose_quotes_do_not_end_names_the_line() -> None:
    with pytest.raises(ValueError, match="quotes do not end"):
        read_table('1 | "a')


def test_take_tables_takes_one_row_and_one_column_and_leaves_frames() -> None:
    tree = fromstring(
        "<body><table><tr><td>Final</td><td>3</td></tr></table><table><tr><td>1998 (4th)</td></tr></table>"
        "<table><tr><td><p>A story.</p><table><tr><td>1</td><td>2</td></tr></table></td></tr></table></body>"
    )
    assert take_tables(tree) == ["Final | 3", '"1998 (4th)"', "1 | 2"]
    assert tree.text_content() == "A story."


def test_uncover_tables_brings_all_back_where_one_is_full_of_numbers() -> None:
    small, full = "<!-- <table><tr><td>Moss</td></tr></table> -->", f"<!--{page_of([['1', '2']] * 10)}-->"
    note = "<!-- 3 -->"
    assert uncover_tables(small + note, 20) == (small + note, 0)
    found, num_comments = uncover_tables(small + note + full, 20)
    assert num_comments == 2
    assert len(tables_of(found)) == 2
    assert note in found


def test_uncover_tables_leaves_conditional_comments() -> None:
    page = f"<!--[if IE]>{page_of([['1', '2']] * 30)}<![endif]-->"
    assert uncover_tables(page, 1) == (page, 0)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=4), max_size=4),
    st.booleans(),
)
def test_take_tables_finds_what_another_parser_finds(tables: list[list[list[str]]], hide: bool) -> None:
    numbered = [[[f"{n}{row[0]}", *row[1:]] for n, row in enumerate(rows)] for rows in tables]
    parts = [page_of(rows).replace("-->", "") for rows in numbered]
    page = "".join(f"<div><!--{part}--></div>" if hide else part for part in parts)
    tree = fromstring(f"<body>{uncover_tables(page, 1)[0]}</body>")
    expected = [[list(row) for row in without_repeats(rows)] for rows in tables_of(page)]
    assert [read_table(text).rows for text in take_tables(tree)] == expected


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>1</td><td>2</td></tr></table>" * 50_000,
        f"<table>{'<tr><td>1</td><td>2</td></tr>' * 50_000}</table>",
        f"<table><tr>{'<td>1' * 100_000}</table>",
        f"<table>{'<td>1' * 100_000}</table>",
        "<table><tr><td>" * 10_000 + "1" + "</table>" * 10_000,
        "<table><td><div>" * 10_000 + "1",
        '<table><tr><td rowspan="999999" colspan="999999">1</td><td>2</td></tr></table>' * 1_000,
        "<!-- <table>" * 100_000,
        "<!-- <table> -->" * 100_000,
        "<!-- <table><tr><td>1</td></tr></table> -->" * 100_000,
        "<td <td " * 500_000,
        "<table><caption>" * 20_000,
        f"<table>{'<tr><td><br>' * 100_000}</table>",
    ],
)
def test_tables_of_a_hostile_page_take_no_time(page: str) -> None:
    start = time.process_time()
    uncovered, _ = uncover_tables(page, 1)
    is_full_of_numbers(uncovered)
    texts = take_tables(fromstring(f"<body>{uncovered}</body>"))
    assert sum(map(len, texts)) < 3 * len(page)
    assert time.process_time() - start < 10
