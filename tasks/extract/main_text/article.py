"""The article of a page: the blocks that belong to it, written as lines.

Each block gets a probability from boosted trees over its features (``features``); with quality ``best`` a
second set of trees sees the first's answers around it too (``smoothing``). What is said twice is kept once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tasks.extract.main_text.blocks import ROLE_BITS, TAG_NUMBER, Block, Container, page_blocks
from tasks.extract.main_text.features import PageFacts, matrix, squeezed
from tasks.extract.main_text.smoothing import surroundings
from tasks.extract.main_text.trees import pinned_trees

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Probability from which a block is kept; chosen by cross-validation (see EXPERIMENTS.md).
KEPT = {"fast": 0.6, "best": 0.6}
# A repeat of a shorter line may be meant; a longer one is a copy for another screen or for machines.
SHORTEST_REPEAT = 60
SHORTEST_HOLDER = 200
HELD_SHARE = 0.7
# Looking for what holds what compares every two blocks; no recorded article has as many.
MOST_COMPARED = 1_000
# Roles whose blocks are left out if they hold less than this share of what would be kept; where they hold
# more, the page is theirs or the name means something else. Cross-validated best: F1 .9700, with comments
# .9724, with sign-up forms .9733, with islands .9741; related, media, caption, overlay, advert gave nothing.
STRAYS = (("comment", 0.4), ("signup", 0.2))
# Kept blocks further apart than this are two islands; one smaller than this share of the largest must be more
# probable by this much.
ISLAND_DISTANCE = 8
ISLAND_SHARE, ISLAND_DOUBT = 0.3, 0.15
# An article has more prose outside its tables than this, and more than is in their cells. Of 18 recorded
# pages of statistics sites none has both; of 7 others that are as full of numbers, 4 have.
LEAST_PROSE = 1_200
CELLS = ("td", "th", "caption")
LONGEST_CELL = 80
ARTICLE = 1 << TAG_NUMBER["article"]
ASIDE = sum(1 << TAG_NUMBER[tag] for tag in ("aside", "nav", "footer", "header", "form"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
BESIDE_TEXT = ROLE_BITS["byline"] | ROLE_BITS["share"] | ROLE_BITS["date"]


def head_facts(tree: HtmlElement) -> PageFacts:
    """Return the title and the description that the page's head gives."""
    titles = tree.xpath("/html/head/meta[@property='og:title']/@content") or tree.xpath("//head/title/text()")
    descriptions = tree.xpath("/html/head/meta[@name='description' or @property='og:description']/@content")
    return PageFacts(
        " ".join(str(titles[0]).split()) if titles else "", str(descriptions[0]) if descriptions else ""
    )


def is_mostly_prose(tree: HtmlElement) -> bool:
    """Tell whether a page that is full of numbers is an article all the same."""
    prose = cells = 0
    for block in page_blocks(tree):
        size = len(block.text)
        if block.container.tag in CELLS:
            cells += size
        elif block.text.count(" ") >= 8 and block.container.tag != "li" and block.num_link_chars < 0.4 * size:
            prose += size
    return prose > max(LEAST_PROSE, cells)


def article_lines(body: HtmlElement, facts: PageFacts, quality: str) -> list[str]:
    """Return the lines of the page's article: paragraphs, headings, items, table rows; [] if it has none."""
    blocks = page_blocks(body)
    if not blocks:
        return []
    keys = [squeezed(block.text) for block in blocks]
    plain = marked_article(blocks, keys)
    if plain:
        return [block.text for block in plain]
    kept = chosen(blocks, probabilities(blocks, keys, facts, quality), KEPT[quality])
    return written([blocks[number] for number in without_repeats(kept, keys)])


def probabilities(blocks: list[Block], keys: list[str], facts: PageFacts, quality: str) -> np.ndarray:
    """Return the probability of each block to be a part of the article."""
    trees = pinned_trees()
    values_BF = matrix(blocks, keys, facts)
    probability_B = trees["first"].probability(values_BF)
    if quality == "fast":
        return probability_B
    values_BF = np.concatenate([values_BF, surroundings(blocks, probability_B)], axis=1)
    return trees["second"].probability(values_BF)


def marked_article(blocks: list[Block], keys: list[str]) -> list[Block]:
    """Return the blocks of a page that marks its article itself, [] if the page leaves anything to judge.

    Such a page has one article element, in it only headings, paragraphs and lines about author, date and
    sharing, which are left out; and no other prose.
    """
    found: list[Block] = []
    marked: Container | None = None
    for block, key in zip(blocks, keys, strict=True):
        container = block.container
        if not container.tags & ARTICLE:
            if not container.tags & ASIDE and key.count(" ") > 12:
                return []
            continue
        article = _article_above(container)
        if marked is not None and article is not marked:
            return []
        marked = article
        if (container.tag == "p" or container.tag in HEADINGS) and not block.num_links:
            found.append(block)
        elif not (container.roles | block.roles) & BESIDE_TEXT:
            return []
    return found if any(block.container.tag == "p" for block in found) else []


def chosen(blocks: list[Block], probability_B: np.ndarray, least: float) -> list[int]:
    """Return the numbers of the blocks more probable than ``least``, tables whole, without strays: readers'
    comments and forms beside an article, and small islands of blocks far from it.
    """
    probability_B = whole_tables(blocks, probability_B)
    chars_B = np.array([len(block.text) for block in blocks])
    kept_B = probability_B > least
    for role, share in STRAYS:
        stray_B = np.array([bool(block.container.all_roles & ROLE_BITS[role]) for block in blocks])
        if (chars_B * (kept_B & stray_B)).sum() < share * (chars_B * kept_B).sum():
            kept_B &= ~stray_B
    found = np.flatnonzero(kept_B)
    islands = np.split(found, np.flatnonzero(np.diff(found) > ISLAND_DISTANCE) + 1)
    sizes = [chars_B[island].sum() for island in islands]
    kept: list[int] = []
    for island, size in zip(islands, sizes, strict=True):
        more = ISLAND_DOUBT if size < ISLAND_SHARE * max(sizes) else 0.0
        kept += [int(number) for number in island if probability_B[number] > least + more]
    return kept


def whole_tables(blocks: list[Block], probability_B: np.ndarray) -> np.ndarray:
    """Return the probabilities with those of a table's cells as one, so that no row loses a number.

    A table here has nothing but text in its cells, and few words in each; others lay out a page.
    """
    cells: dict[int, list[int]] = {}
    laid_out = set()
    for number, block in enumerate(blocks):
        table = block.container
        in_cell = table.tag in CELLS
        while table.tag != "table" and table.parent is not None:
            table = table.parent
        if table.tag == "table":
            cells.setdefault(table.number, []).append(number)
            if not in_cell:
                laid_out.add(table.number)
    found_B = probability_B.copy()
    for table_number, numbers in cells.items():
        chars = np.array([len(blocks[number].text) for number in numbers])
        rows = {_row(blocks[number]) for number in numbers}
        if table_number not in laid_out and 1 < len(rows) < len(numbers) and chars.mean() < LONGEST_CELL:
            found_B[numbers] = (probability_B[numbers] * chars).sum() / chars.sum()
    return found_B


def without_repeats(kept: list[int], keys: list[str]) -> list[int]:
    """Return the blocks' numbers without long repeats, and without blocks that only join or hold others."""
    seen: set[str] = set()
    once = []
    for number in kept:
        if len(keys[number]) <= SHORTEST_REPEAT or keys[number] not in seen:
            once.append(number)
        seen.add(keys[number])
    long = [number for number in once if len(keys[number]) > SHORTEST_REPEAT]
    dropped = set()
    for holder in long if len(long) <= MOST_COMPARED else []:
        size = len(keys[holder])
        if size > SHORTEST_HOLDER:
            held = [other for other in long if other != holder and keys[other] in keys[holder]]
            if sum(len(keys[other]) for other in held) > HELD_SHARE * size:
                dropped.add(holder)
            else:
                dropped.update(held)
    return [number for number in once if number not in dropped]


def written(blocks: list[Block]) -> list[str]:
    """Return the blocks as lines: cells of one table row in one, items with a hyphen."""
    lines: list[str] = []
    row: Container | None = None
    for block in blocks:
        container = block.container
        own_row = container.parent if container.tag in ("td", "th") else None
        if own_row is not None and own_row is row:
            lines[-1] += f" | {block.text}"
        else:
            lines.append(f"- {block.text}" if container.tag == "li" and not block.after_break else block.text)
        row = own_row
    return lines


def _row(block: Block) -> int:
    """Return the number of the row that a cell is in."""
    return block.container.parent.number if block.container.parent else 0


def _article_above(container: Container) -> Container | None:
    above: Container | None = container
    found = None
    while above is not None:
        if above.tag == "article":
            found = above
        above = above.parent
    return found
