"""The main text of a page: what is a block, what marks an article, what is said twice, and what is kept."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from lxml import html

from tasks.extract.html_page import PageRequest, read_page
from tasks.extract.main_text.article import (
    article_lines,
    chosen,
    marked_article,
    whole_tables,
    without_repeats,
    written,
)
from tasks.extract.main_text.blocks import MAX_DEPTH, ROLE_BITS, page_blocks, roles_of
from tasks.extract.main_text.features import NAMES, PageFacts, matrix, squeezed
from tasks.extract.main_text.trees import PINNED, PINNED_SHA256, Trees

PROSE = (
    "The keeper saved twice before the break, and the visitors never had another chance to score. "
    "Their coach said that the second half had been the best of the season so far, and few disagreed."
)
OTHER = (
    "After the interval the home side pressed high, won the ball early and scored through a long throw. "
    "The crowd of nine thousand stayed until the end, although the rain had not stopped since noon."
)
PAGE = f"""<html lang="en"><head><title>Owls win again - The Pitch</title></head><body>
<div class="top-menu"><ul><li><a href="/">Home</a></li><li><a href="/football">Football</a></li></ul></div>
<div class="story-body"><h1>Owls win again</h1><p>{PROSE}</p><p>{OTHER} <a href="/t">Table</a></p>
<div class="share">Share on Facebook <a href="#">Tweet</a></div>
<p>{PROSE.replace("keeper", "captain")}</p></div>
<div class="related"><h3>More on this</h3><ul><li><a href="/a">Foxes lose</a></li></ul></div>
<div class="newsletter"><p>Sign up for our newsletter.</p></div>
<div id="footer">Copyright 2026 The Pitch. All rights reserved.</div></body></html>"""


def blocks_of(markup: str) -> list[tuple[str, str]]:
    return [(block.container.tag, block.text) for block in page_blocks(html.document_fromstring(markup))]


def test_page_blocks_text_between_tags_and_breaks_is_one_block_each() -> None:
    assert blocks_of(
        "<body><div>Loose <b>bold</b> text<p>One <a href=x>link</a>.</p>tail<br>after<script>no()</script>"
        "<!-- hidden --> it</div></body>"
    ) == [("div", "Loose bold text"), ("p", "One link."), ("div", "tail"), ("div", "after it")]


def test_page_blocks_links_emphasis_and_roles_are_counted() -> None:
    (block,) = page_blocks(
        html.document_fromstring('<div class="articleBody"><p>See <a href=x><b>here</b></a>, now</p></div>')
    )
    assert (block.num_link_chars, block.num_strong_chars, block.num_links) == (4, 4, 1)
    assert block.container.all_roles & ROLE_BITS["article"]
    assert roles_of("main-nav SideBar") & ROLE_BITS["menu"]
    assert roles_of("main-nav SideBar") & ROLE_BITS["aside"]


def test_page_blocks_very_deep_page_is_read_down_to_a_bound() -> None:
    inner = html.Element("div")
    inner.text = "bottom"
    for _ in range(MAX_DEPTH + 100):
        outer = html.Element("div")
        outer.text = "level"
        outer.append(inner)
        inner = outer
    assert {block.text for block in page_blocks(inner)} == {"level"}


def test_matrix_any_blocks_give_finite_numbers_for_every_name() -> None:
    blocks = page_blocks(html.document_fromstring(PAGE))
    values = matrix(blocks, [squeezed(block.text) for block in blocks], PageFacts("Owls win again"))
    assert values.shape == (len(blocks), len(NAMES))
    assert np.isfinite(values).all()
    alone = page_blocks(html.document_fromstring("<p>!</p>"))
    assert np.isfinite(matrix(alone, [squeezed("!")], PageFacts())).all()


@pytest.mark.parametrize("quality", ["best", "fast"])
def test_article_lines_page_with_menu_and_footer_gives_the_paragraphs_in_order(quality: str) -> None:
    lines = article_lines(html.document_fromstring(PAGE), PageFacts("Owls win again"), quality)
    text = "\n".join(lines)
    assert text.index(PROSE) < text.index(OTHER) < text.index(PROSE.replace("keeper", "captain"))
    for unwanted in ("Football", "Foxes", "newsletter", "Copyright"):
        assert unwanted not in text
    assert lines == article_lines(html.document_fromstring(PAGE), PageFacts("Owls win again"), quality)


def test_marked_article_headings_and_paragraphs_are_taken_as_marked() -> None:
    page = (
        "<body><nav><a href=/>Home</a></nav><article><h1>Owls win</h1><div class=byline>By Cleo</div>"
        f"<p>{PROSE}</p></article></body>"
    )
    assert article_lines(html.document_fromstring(page), PageFacts(), "best") == ["Owls win", PROSE]


@pytest.mark.parametrize(
    "page",
    [
        f"<article><p>{PROSE}</p><ul><li>Item</li></ul></article>",
        f"<article><p>{PROSE}</p></article><article><p>{OTHER}</p></article>",
        f"<article><p>{PROSE}</p></article><div>{OTHER}</div>",
        "<article><h1>Owls win</h1></article>",
    ],
)
def test_marked_article_anything_else_is_left_to_judge(page: str) -> None:
    blocks = page_blocks(html.document_fromstring(page))
    assert marked_article(blocks, [squeezed(block.text) for block in blocks]) == []


def test_without_repeats_copies_and_joined_copies_are_kept_once() -> None:
    keys = [
        squeezed(text)
        for text in (PROSE, "Ad", OTHER, PROSE, "Ad", f"{PROSE} {OTHER}", f"{OTHER} And more. {'x' * 400}")
    ]
    assert without_repeats(list(range(7)), keys) == [0, 1, 4, 6]


def test_whole_tables_every_cell_of_a_table_of_numbers_has_one_fate() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{goals}</td></tr>" for name, goals in (("Moss", 3), ("Lind", 1)))
    layout = f"<table><tr><td>Menu</td><td><p>{PROSE}</p></td></tr><tr><td>x</td><td>y</td></tr></table>"
    blocks = page_blocks(html.document_fromstring(f"<div>Squad<table>{rows}</table>{layout}</div>"))
    given = np.linspace(0.1, 0.9, len(blocks))
    found = whole_tables(blocks, given)
    assert len(set(found[1:5])) == 1
    assert (found[[0, *range(5, len(blocks))]] == given[[0, *range(5, len(blocks))]]).all()
    assert written(blocks[1:5]) == ["Moss | 3", "Lind | 1"]


def test_probability_two_trees_sum_the_leaves_that_the_answers_choose() -> None:
    trees = Trees(
        np.array([[0, 1], [1, 0]]), np.array([[0.5, 0.5], [2.0, 0.5]], dtype=np.float32),
        np.array([[0, 4096, -4096, 8192], [100, 200, 300, 400]], dtype=np.int32), 96,
    )  # fmt: skip
    rows = np.array([[1, 1], [0, 3]], dtype=np.float32)
    log_odds = np.array([8192 + 200 + 96, 4096 + 300 + 96]) / 4096
    assert trees.probability(rows) == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1 / 2048)


def test_pinned_trees_file_is_the_one_the_code_names() -> None:
    assert hashlib.sha256(PINNED.read_bytes()).hexdigest() == PINNED_SHA256


def test_read_page_facts_come_with_the_text() -> None:
    body = PAGE.replace(
        "<h1>", '<p class="byline">By <span class="author-name">Cleo Marsh</span></p><h1>'
    ).replace("</head>", '<meta property="article:published_time" content="2026-08-15T18:03:00Z"></head>')
    page = read_page(
        body.encode(), PageRequest("https://x.example/a", "", "news", True, "best", "2026-11-20")
    )
    assert (page.title, page.author, page.language) == ("Owls win again", "Cleo Marsh", "en")
    assert page.published_at == "2026-08-15T18:03:00Z"
    assert PROSE in page.text


def test_chosen_comments_beside_an_article_and_distant_islands_are_left_out() -> None:
    menu = "<ul>" + "".join(f"<li>Item {number}</li>" for number in range(12)) + "</ul>"
    comments = f"<div class=comments><p>{PROSE[:90]}</p></div>"
    markup = f"<div><p>{PROSE}</p><p>{OTHER}</p></div>{comments}{menu}<p>Far</p>"
    blocks = page_blocks(html.document_fromstring(markup))
    probability = np.array([0.9, 0.9, 0.9, *[0.1] * 12, 0.7])
    assert chosen(blocks, probability, 0.6) == [0, 1]
    assert chosen(blocks, np.where(probability == 0.7, 0.9, probability), 0.6) == [0, 1, 15]
    only_comments = np.array([0.1, 0.1, 0.9, *[0.1] * 13])
    assert chosen(blocks, only_comments, 0.6) == [2]


def test_read_page_article_with_many_numbers_stays_an_article() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>{number * 7}</td></tr>" for number in range(60))
    article = "".join(f"<div>{PROSE} Round {number}. {OTHER}</div>" for number in range(6))
    request = PageRequest("https://x.example/a", "", "news", False, "best", "2026-11-20")
    page = f"<html><body><div class=story>{article}<table>{rows}</table></div></body></html>"
    assert not read_page(page.encode(), request).statistics
    page = f"<html><body><div>Season</div><table>{rows}</table></body></html>"
    assert read_page(page.encode(), request).statistics
