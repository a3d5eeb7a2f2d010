"""A page's tree to its blocks of text, in reading order, with what the tree says about each.

A block is a run of text that a reader sees as one line or paragraph: what stands between two block-level
tags or line breaks. One pass over the tree; ``features`` makes numbers of these records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# What lies deeper is not read: such trees are broken or hostile, and the interpreter's stack has an end.
# The parser itself stops at 256; the deepest recorded page has 61 levels.
MAX_DEPTH = 250
# No more blocks than this are read; the longest recorded page has 6,130.
MAX_BLOCKS = 20_000

# Characters of class and id attributes that are looked at.
LONGEST_NAMES = 400

SKIPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "head",
        "title",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "map",
        "math",
        "link",
        "meta",
        "select",
        "option",
        "datalist",
        "textarea",
        "button",
        "input",
        "progress",
        "meter",
        "applet",
        "frame",
        "frameset",
        "noframes",
        "rp",
    )
)
# Block-level tags whose presence above a block is a feature come first: a tag's bit is its place.
TAGS = (
    "p",
    "li",
    "div",
    "td",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "figcaption",
    "section",
    "article",
    "main",
    "nav",
    "aside",
    "footer",
    "header",
    "form",
    "ul",
    "ol",
    "table",
    "figure",
    "dl",
    "dd",
    "dt",
    "th",
    "tr",
    "tbody",
    "thead",
    "tfoot",
    "address",
    "body",
    "caption",
    "center",
    "details",
    "dialog",
    "dir",
    "fieldset",
    "hgroup",
    "hr",
    "html",
    "legend",
    "menu",
    "pre",
    "summary",
)
TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
EMPHASIS = frozenset(("b", "strong", "em", "i", "u"))
# Words in class and id attributes that say what a part of a page is for; one bit each. Plain substrings of
# the attribute in lower case with a hyphen between its words; no list was tuned to single sites.
ROLES: tuple[tuple[str, str], ...] = (
    ("article", r"article|artikel"),
    ("body", r"body|content|inhalt|contenu|copy\b|rich-?text|wysiwyg"),
    ("text", r"text|paragraph|absatz|prose"),
    ("post", r"post|entry|story|beitrag|blog"),
    ("main", r"main|primary|center|central"),
    ("title", r"title|titel|titre|headline|heading|ueberschrift"),
    (
        "lead",
        r"lead|lede|intro|summary|standfirst|subtitle|subhead|abstract|excerpt|dek\b|chapo|descri|kicker",
    ),
    ("byline", r"author|autor|byline|auteur|writer|contributor|vcard|profile|bio\b|signature|credit"),
    ("date", r"date|datum|time|publish|posted|updated"),
    ("meta", r"meta|info|details|facts"),
    ("caption", r"caption|legend|bildunter|credit|copyright"),
    (
        "media",
        r"image|img|photo|foto|galler|galerie|figure|video|audio|player|media|slide|carousel|swiper|thumb",
    ),
    ("share", r"share|social|facebook|twitter|whatsapp|follow|teilen|partage|like|addthis"),
    ("comment", r"comment|kommentar|disqus|repl(?:y|ies)|respond|discussion|reaction|livefyre"),
    (
        "related",
        r"related|similar|recommend|more-|-more|read-?more|also|weitere|mehr|suggest|trending|popular|latest|recent"
        r"|outbrain|taboola|beliebt|next|previous",
    ),
    ("teaser", r"teaser|promo|card|tile|item|list"),
    ("aside", r"aside|side|widget|rail|rechts|right|left|spalte|col-|column"),
    ("menu", r"nav|menu|bread|crumb|toc\b|pagination|pager|tabs?\b|jump|skip|toolbar|topbar"),
    ("header", r"header|kopf|masthead|banner|hero|top\b|brand|logo"),
    ("footer", r"footer|fuss|bottom|imprint|impressum|legal|disclaimer|colophon"),
    ("advert", r"\bads?\b|advert|anzeige|sponsor|werbung|affiliate|shop|product|price|buy|commerce|deal"),
    (
        "signup",
        r"newsletter|subscri|sign-?up|login|register|form|abo\b|paywall|premium|member|donat|spende|cta|call-to",
    ),
    (
        "overlay",
        r"cookie|consent|gdpr|modal|pop-?up|overlay|lightbox|dialog|alert|notice|notification|tooltip|hidden|hide"
        r"|invisible|sr-only|screen-reader|visually|print",
    ),
    ("tags", r"tags?\b|tag-|categor|keyword|topic|label|schlag|rubri|badge"),
    ("box", r"box|callout|inset|panel|accordion|embed|quote|pull|note"),
    ("table", r"table|tabelle|grid|row|score|stat|result"),
    ("recipe", r"recipe|rezept|ingredient|zutat|instruction|step|faq|question|answer"),
)
ROLE_PATTERNS = [re.compile(pattern) for _, pattern in ROLES]
ROLE_BITS = {name: 1 << number for number, (name, _) in enumerate(ROLES)}
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Container:
    """A block-level element on the way down to a block.

    Attributes:
        number: order of opening. roles: bits of ROLES that its own class and id name; all_roles: those of
        the containers above too. tags: bits of TAGS of itself and all above. kind: a number for its tag
        and class. hidden: a style or attribute hides it or a container above.
    """

    number: int
    tag: str
    parent: Container | None
    depth: int
    roles: int
    all_roles: int
    tags: int
    kind: int
    hidden: bool


@dataclass(slots=True, eq=False)
class Block:
    """A run of text and where it stands.

    Attributes:
        num_link_chars, num_strong_chars: characters inside links and inside emphasis. num_links: links that
        begin in it. after_break: it follows a line break. roles: bits of ROLES of its inline elements.
    """

    text: str
    container: Container
    num_link_chars: int
    num_strong_chars: int
    num_links: int
    after_break: bool
    roles: int


def page_blocks(body: HtmlElement) -> list[Block]:
    """Return the blocks under an element in reading order; scripts, form fields and comments are left out."""
    walk = _Walk()
    top = Container(0, "body", None, 0, 0, 0, 0, 0, hidden=False)
    walk.children(body, top, 0, False, False)
    walk.close(top)
    return walk.blocks


def roles_of(names: str) -> int:
    """Return the bits of ROLES that the words of class and id attributes name."""
    roles = 0
    for name in names[:LONGEST_NAMES].split():
        roles |= _roles_of_one(name)
    return roles


@lru_cache(maxsize=65_536)
def _roles_of_one(name: str) -> int:
    name = CAMEL.sub("-", name).lower().replace("_", "-")
    return sum(1 << bit for bit, pattern in enumerate(ROLE_PATTERNS) if pattern.search(name))


class _Walk:
    """One pass over a tree; the block at hand is in ``parts`` and the counters beside it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.kinds: dict[tuple[str, str], int] = {}
        self.num_containers = 0
        self.start()

    def start(self, *, after_break: bool = False) -> None:
        """Begin a new block."""
        self.parts: list[str] = []
        self.links = self.num_links = self.strong = self.roles = 0
        self.after_break = after_break

    def children(
        self, element: HtmlElement, inside: Container, depth: int, in_link: bool, in_strong: bool
    ) -> None:
        """Read an element's text and children; ``inside`` is the block-level element they are in."""
        text = element.text
        if text:
            self.add(text, in_link, in_strong)
        for child in element:
            tag = child.tag
            if tag in SKIPPED or depth >= MAX_DEPTH or not isinstance(tag, str):
                pass
            elif tag in TAG_NUMBER:
                self.close(inside)
                container = self.container(child, tag, inside)
                self.children(child, container, depth + 1, in_link, in_strong)
                self.close(container)
            elif tag == "br":
                self.close(inside)
                self.after_break = True
            else:
                names = child.get("class")
                if names:
                    self.roles |= roles_of(names)
                is_link = tag == "a"
                self.num_links += is_link
                self.children(child, inside, depth + 1, in_link or is_link, in_strong or tag in EMPHASIS)
            text = child.tail
            if text:
                self.add(text, in_link, in_strong)

    def add(self, text: str, in_link: bool, in_strong: bool) -> None:
        """Add text to the block at hand."""
        self.parts.append(text)
        if in_link or in_strong:
            size = len(text.strip())
            self.links += size if in_link else 0
            self.strong += size if in_strong else 0

    def close(self, container: Container) -> None:
        """End the block at hand, if it has any text."""
        if not self.parts:
            return
        text = " ".join("".join(self.parts).split())
        if text and len(self.blocks) < MAX_BLOCKS:
            self.blocks.append(
                Block(text, container, self.links, self.strong, self.num_links, self.after_break, self.roles)
            )
        self.start()

    def container(self, element: HtmlElement, tag: str, parent: Container) -> Container:
        """Return the record of a block-level element."""
        self.num_containers += 1
        classes, name, style = element.get("class", ""), element.get("id"), element.get("style")
        roles = 0
        if classes:
            roles = roles_of(classes)
        if name:
            roles |= roles_of(name)
        hidden = parent.hidden or element.get("hidden") is not None
        if style and HIDDEN_STYLE.search(style):
            hidden = True
        kind = self.kinds.setdefault((tag, classes), len(self.kinds) + 1)
        tags, all_roles = parent.tags | 1 << TAG_NUMBER[tag], parent.all_roles | roles
        return Container(
            self.num_containers, tag, parent, parent.depth + 1, roles, all_roles, tags, kind, hidden
        )
