"""What is known about each block of a page, as numbers: its words, its place, its neighbours and siblings.

``matrix`` gives one row a block and one column a name in NAMES. Everything is counted, nothing is looked up
by site or language, except the few phrases of PHRASES.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tasks.extract.main_text.blocks import ROLES, TAG_NUMBER, Block

SQUEEZE = re.compile(r"\W+")
UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
OWN_TAGS = (
    "p",
    "li",
    "div",
    "td",
    "h1",
    "h2",
    "h3",
    "h4",
    "blockquote",
    "figcaption",
    "dd",
    "section",
    "article",
)
ANCESTORS = (
    *("article", "main", "nav", "aside", "footer", "header", "form", "ul", "ol", "table", "figure"),
    *("blockquote", "section", "dl"),
)
# What pages say around their articles, in the languages of most of the web; each group is a column.
PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "more",
        (
            *("read more", "read also", "see also", "also read", "more on", "more from", "continue reading"),
            *(
                "recommended",
                "related",
                "you may",
                "click here",
                "weiterlesen",
                "lesen sie",
                "auch interessant",
            ),
            *(
                "mehr zum",
                "mehr lesen",
                "siehe auch",
                "das könnte",
                "zum thema",
                "lire aussi",
                "lire la suite",
            ),
            *("à lire", "voir aussi", "leia m", "leia t", "lea también", "leggi anche"),
        ),
    ),
    (
        "share",
        (
            *("share", "teilen", "partager", "compartir", "condividi", "compartilh", "facebook", "twitter"),
            *("whatsapp", "pinterest", "linkedin", "instagram", "e-mail", "email", "follow us", "folgen sie"),
        ),
    ),
    (
        "rights",
        (
            *("©", "(c)", "copyright", "all rights", "alle rechte", "tous droits", "reserved", "nachdruck"),
            *("may not be", "terms of", "privacy", "datenschutz", "impressum", "cookie", "disclaimer"),
            "non-commercial",
        ),
    ),
    (
        "signup",
        (
            *("newsletter", "subscri", "sign up", "log in", "login", "einloggen", "anmelden", "registrier"),
            *("password", "abonn", "inbox", "s'inscrire", "suscr", "iscriviti", "account", "eingeloggt"),
        ),
    ),
    ("comment", ("comment", "kommentar", "reply", "antwort", "comentário", "comentario", "forum")),
    (
        "credit",
        (
            *("photo", "foto:", "foto ", "bild:", "image", "picture", "credit", "quelle", "getty", "reuters"),
            *("shutterstock", "dpa", "imago"),
        ),
    ),
)
_PHRASES = tuple(phrases for _, phrases in PHRASES)
# How far into a block phrases and capitals are looked for: what is said later is said within a text.
REACH = 120
OWN = (
    "chars",
    "words",
    "word_len",
    "link_ratio",
    "strong_ratio",
    "num_links",
    "upper_start",
    "upper_ratio",
    "digits",
    "commas",
    "sentences",
    "ends",
    "closes",
    "short_words",
    "after_break",
    "depth",
    "hidden",
    "h_level",
)
PAGE = ("repeats", "repeats_before", "title_overlap", "is_title", "in_description", "same_container")
CONTEXT = ("chars", "words", "link_ratio", "ends", "h_level", "prose", "after_break")
GROUP = ("size", "chars", "link_ratio", "prose")
PLACE = (
    "index_ratio",
    "char_ratio",
    "num_blocks",
    "prose_before",
    "prose_after",
    "prose_ratio",
    "page_prose",
    "since_title",
    "since_h1",
    "beside_previous",
)
NAMES = (
    *(*OWN, *PAGE),
    *(f"tag_{tag}" for tag in OWN_TAGS),
    *(f"in_{tag}" for tag in ANCESTORS),
    *(f"says_{name}" for name, _ in PHRASES),
    *(f"near_{name}" for name, _ in ROLES),
    *(f"any_{name}" for name, _ in ROLES),
    *(f"{which}_{name}" for which in ("previous", "previous_2", "next", "next_2") for name in CONTEXT),
    *(f"{which}_{name}" for which in ("parent", "grandparent", "alike") for name in GROUP),
    *PLACE,
)
CHARS, LINK_RATIO, SENTENCES, WORDS = (
    OWN.index(name) for name in ("chars", "link_ratio", "sentences", "words")
)


@dataclass(frozen=True)
class PageFacts:
    """What the page's head says: its title and its description, "" if nothing."""

    title: str = ""
    description: str = ""


def squeezed(text: str) -> str:
    """Return the text's words alone, in lower case and one blank apart, with a blank at each end."""
    return f" {SQUEEZE.sub(' ', text).strip().lower()} "


def matrix(blocks: list[Block], keys: list[str], facts: PageFacts) -> np.ndarray:
    """Return float32 [blocks, NAMES].

    Args:
        keys: each block's text, ``squeezed``.
    """
    own_BF = np.array([_own(block, key) for block, key in zip(blocks, keys, strict=True)], dtype=np.float64)
    page_BF = _page(blocks, keys, facts)
    masks_B4 = np.array([_masks(block) for block in blocks], dtype=np.int64)
    tags_BF = masks_B4[:, 0:1] == np.array([TAG_NUMBER[tag] for tag in OWN_TAGS])
    above_BF = masks_B4[:, 1:2] >> np.array([TAG_NUMBER[tag] for tag in ANCESTORS]) & 1
    bits = np.arange(len(ROLES))
    near_BF, any_BF = masks_B4[:, 2:3] >> bits & 1, masks_B4[:, 3:4] >> bits & 1
    says_BF = np.array([_says(block.text) for block in blocks])

    own = dict(zip(OWN, own_BF.T, strict=True))
    is_prose = (own["link_ratio"] < 0.4) & (own["words"] >= 8) & (own["sentences"] > 0)
    prose_B = np.where(is_prose, own["chars"], 0.0)
    context_BF = np.stack([is_prose if name == "prose" else own[name] for name in CONTEXT], axis=1)
    groups, parents_B = _groups(blocks, own["chars"], own["link_ratio"] * own["chars"], prose_B)
    place_BF = _place(own, page_BF, prose_B, parents_B)
    shifted = [_shifted(context_BF, by) for by in (1, 2, -1, -2)]
    parts = [own_BF, page_BF, tags_BF, above_BF, says_BF, near_BF, any_BF, *shifted, *groups, place_BF]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _own(block: Block, key: str) -> tuple[float, ...]:
    """Return the columns of OWN."""
    text = block.text
    size, words, last, head = len(text), key.split(), text[-1], text[:REACH]
    num_words = max(1, len(words))
    visible = max(1, size - text.count(" "))
    tag = block.container.tag
    some = words[:30]
    return (
        size,
        len(words),
        size / num_words,
        min(1.0, block.num_link_chars / visible),
        min(1.0, block.num_strong_chars / visible),
        block.num_links,
        text[0].isupper(),
        len(UPPER.findall(head)) / len(head),
        sum(word.isdigit() for word in some) / max(1, len(some)),
        text.count(",") / num_words,
        text.count(". ") + (last in ".!?…"),
        last in ".!?…",
        last in ".!?…。」”\"'»:)",
        sum(len(word) < 4 for word in some) / max(1, len(some)),
        block.after_break,
        block.container.depth,
        block.container.hidden,
        int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0,
    )


def _page(blocks: list[Block], keys: list[str], facts: PageFacts) -> np.ndarray:
    """Return the columns of PAGE: what compares a block with the others and with the page's head."""
    title, description = squeezed(facts.title), squeezed(facts.description)
    title_words = set(title.split())
    times: dict[str, int] = {}
    for key in keys:
        times[key] = times.get(key, 0) + 1
    seen: dict[str, int] = {}
    rows = []
    previous, run = None, 0
    for block, key in zip(blocks, keys, strict=True):
        before = seen.get(key, 0)
        seen[key] = before + 1
        run = run + 1 if block.container is previous else 0
        previous = block.container
        overlap, is_title = 0.0, False
        if title_words and 2 < len(key) < 300:
            words = key.split()
            overlap = sum(word in title_words for word in words) / len(words)
            is_title = len(key) > 8 and (key in title or title in key)
        described = len(key) > 20 and (key in description or key[:60] in description)
        rows.append((times[key] - 1, before, overlap, is_title, described, run))
    return np.array(rows, dtype=np.float64)


def _masks(block: Block) -> tuple[int, int, int, int]:
    """Return a block's tag, the tags above, the roles at hand (container and its parent) and all roles."""
    container = block.container
    near = container.roles | block.roles | (container.parent.roles if container.parent else 0)
    return TAG_NUMBER.get(container.tag, -1), container.tags, near, container.all_roles


def _says(text: str) -> list[bool]:
    """Return, for each group of PHRASES, whether the block's beginning has one of them."""
    head = text[:REACH].lower()
    found = []
    for phrases in _PHRASES:
        for phrase in phrases:
            if phrase in head:
                found.append(True)
                break
        else:
            found.append(False)
    return found


def _shifted(values_BF: np.ndarray, by: int) -> np.ndarray:
    """Return the rows of the block ``by`` places earlier (later if negative), -1 beyond the ends."""
    found = np.full_like(values_BF, -1.0)
    if by > 0:
        found[by:] = values_BF[:-by]
    else:
        found[:by] = values_BF[-by:]
    return found


def _groups(
    blocks: list[Block], chars_B: np.ndarray, links_B: np.ndarray, prose_B: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return GROUP's columns over the blocks with the same parent or grandparent, or alike by tags and
    classes; and the number of each block's parent.
    """
    rows = []
    for block in blocks:
        parent = block.container.parent or block.container
        rows.append(
            (parent.number, (parent.parent or parent).number, parent.kind << 20 | block.container.kind)
        )
    found = []
    keys_B3 = np.array(rows, dtype=np.int64)
    for keys_B in keys_B3.T:
        _, group_B = np.unique(keys_B, return_inverse=True)
        size = np.bincount(group_B)
        total = np.bincount(group_B, chars_B)
        columns = [
            size,
            total / size,
            np.bincount(group_B, links_B) / total,
            np.bincount(group_B, prose_B) / total,
        ]
        found.append(np.stack(columns, axis=1)[group_B])
    return found, keys_B3[:, 0]


def _place(
    own: dict[str, np.ndarray], page_BF: np.ndarray, prose_B: np.ndarray, parents_B: np.ndarray
) -> np.ndarray:
    """Return the columns of PLACE."""
    chars_B = own["chars"]
    num = len(chars_B)
    at_B = np.arange(num)
    page_prose = max(prose_B.sum(), 1.0)
    before_B = np.cumsum(prose_B) - prose_B
    _, group_B = np.unique(parents_B, return_inverse=True)
    titles = np.flatnonzero((page_BF[:, PAGE.index("is_title")] > 0) & (own["h_level"] > 0))
    headings = np.flatnonzero(own["h_level"] == 1)
    columns = [
        at_B / num,
        (np.cumsum(chars_B) - chars_B) / chars_B.sum(),
        np.full(num, num),
        before_B / page_prose,
        1 - (before_B + prose_B) / page_prose,
        np.bincount(group_B, prose_B)[group_B] / page_prose,
        np.full(num, page_prose),
        at_B - (titles[0] if len(titles) else -50),
        at_B - (headings[0] if len(headings) else -50),
        np.concatenate([[False], parents_B[1:] == parents_B[:-1]]),
    ]
    return np.stack(columns, axis=1)
