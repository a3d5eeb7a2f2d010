"""Verdicts worked out by hand from RFC 9309, each block with the section that decides it.

A row is ``agent verdict path``: ``+`` may be fetched, ``-`` may not. Paths are as they stand in a URL. Where
the RFC leaves a choice (section "ours"), the block says which one we made.
"""

from __future__ import annotations

from typing import NamedTuple


class Verdict(NamedTuple):
    """One verdict: what a robots.txt says about one path to one agent."""

    section: str
    robots: bytes
    agent: str
    path: str
    allowed: bool


def _rows(section: str, robots: str | bytes, rows: str) -> list[Verdict]:
    body = robots if isinstance(robots, bytes) else robots.encode()
    split = (row.split(maxsplit=2) for row in rows.strip().splitlines())
    return [Verdict(section, body, agent, path, sign == "+") for agent, sign, path in split]


_EXAMPLE = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""

VERDICTS: list[Verdict] = [
    # 2.1: rules are made of a group per crawler; what has no rule is allowed.
    *_rows("2.1", "", "sportslm + /\nsportslm + /a\n* + /a?b=c"),
    *_rows("2.1", "# nothing but a comment\n\n\n", "sportslm + /\nGPTBot + /a"),
    *_rows("2.1", "User-agent: *\nDisallow: /\n", "sportslm - /\nsportslm - /a\n* - /a/b?c\nGPTBot - /"),
    *_rows("2.1", "User-agent: *\nAllow: /\n", "sportslm + /\nsportslm + /a"),
    # 2.2: the grammar. Names are case-insensitive, blanks around them and around the colon are free.
    *_rows("2.2", "USER-AGENT: *\nDISALLOW: /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows("2.2", "user-agent: *\ndisallow: /a\nallow: /a/b\n", "sportslm - /a\nsportslm + /a/b"),
    *_rows("2.2", "  User-agent\t:\t*  \n\tDisallow :/a \t\n", "sportslm - /a\nsportslm + /b"),
    *_rows("2.2", "User-agent:*\nDisallow:/a\n", "sportslm - /a\nsportslm + /b"),
    *_rows("2.2", "User-agent: * # everybody\nDisallow: /a # private\n", "sportslm - /a\nsportslm - /a%20#x"),
    *_rows("2.2", "User-agent: *#everybody\nDisallow: /a#b\n", "sportslm - /a\nsportslm - /ac"),
    *_rows("2.2", "User-agent: *\n#Disallow: /a\nDisallow: /b\n", "sportslm + /a\nsportslm - /b"),
    *_rows("2.2", "User-agent: *\nDisallow: # nothing\n", "sportslm + /\nsportslm + /a"),
    # NL is CR, LF or CRLF, and the last line may lack one.
    *_rows(
        "2.2", "User-agent: *\r\nDisallow: /a\r\nDisallow: /b", "sportslm - /a\nsportslm - /b\nsportslm + /c"
    ),
    *_rows("2.2", "User-agent: *\rDisallow: /a\rDisallow: /b", "sportslm - /a\nsportslm - /b\nsportslm + /c"),
    *_rows("2.2", "User-agent: *\nDisallow: /a\rAllow: /a/b\r\n", "sportslm - /a\nsportslm + /a/b"),
    *_rows("2.2", "User-agent: *\n\rDisallow: /a\n\n\r\n", "sportslm - /a\nsportslm + /b"),
    # Empty lines end nothing, neither between user-agent lines nor between rules.
    *_rows("2.2", "User-agent: *\n\nDisallow: /a\n\nDisallow: /b\n", "sportslm - /a\nsportslm - /b"),
    *_rows(
        "2.2",
        "User-agent: GPTBot\n\nUser-agent: CCBot\n\nDisallow: /a\n",
        "GPTBot - /a\nCCBot - /a\nsportslm + /a",
    ),
    # A user-agent line after a rule opens another group.
    *_rows(
        "2.2",
        "User-agent: GPTBot\nDisallow: /a\nUser-agent: CCBot\nDisallow: /b\n",
        "GPTBot - /a\nGPTBot + /b\nCCBot + /a\nCCBot - /b",
    ),
    *_rows(
        "2.2",
        "User-agent: GPTBot\nDisallow:\nUser-agent: CCBot\nDisallow: /\n",
        "GPTBot + /a\nCCBot - /a\nsportslm + /a",
    ),
    *_rows(
        "2.2",
        "User-agent: GPTBot\nUser-agent: *\nDisallow: /a\n",
        "GPTBot - /a\nsportslm - /a\nsportslm + /b",
    ),
    # 2.2.1: the token is matched whole and in any case; a group of ours replaces the one for everybody.
    *_rows(
        "2.2.1",
        "User-agent: *\nDisallow: /\n\nUser-agent: sportslm\nDisallow: /a\n",
        "sportslm - /a\nsportslm + /b\nGPTBot - /b",
    ),
    *_rows(
        "2.2.1",
        "User-agent: sportslm\nAllow: /\n\nUser-agent: *\nDisallow: /\n",
        "sportslm + /a\nSportsLM + /a\nSPORTSLM + /a\nCCBot - /a",
    ),
    *_rows("2.2.1", "User-agent: SPORTSLM\nDisallow: /a\n", "sportslm - /a\nSportsLM - /a\nGPTBot + /a"),
    *_rows("2.2.1", "User-agent: sports\nDisallow: /\n", "sportslm + /a\nsports - /a"),
    *_rows("2.2.1", "User-agent: sportslm-news\nDisallow: /\n", "sportslm + /a\nsportslm-news - /a"),
    *_rows("2.2.1", "User-agent: sportslm_x\nDisallow: /\n", "sportslm + /a\nsportslm_x - /a"),
    *_rows("2.2.1", "User-agent: Googlebot\nDisallow: /\n", "Googlebot-News + /a\nGooglebot - /a"),
    *_rows("2.2.1", "User-agent: Googlebot-News\nDisallow: /\n", "Googlebot + /a\nGooglebot-News - /a"),
    *_rows(
        "2.2.1",
        "User-agent: sports\nDisallow: /a\nUser-agent: *\nDisallow: /b\n",
        "sportslm + /a\nsportslm - /b",
    ),
    # Groups of the same agent are one group, wherever they stand.
    *_rows(
        "2.2.1",
        "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\n\nuser-agent: ExampleBot\ndisallow: /baz\n",
        "ExampleBot - /foo\nExampleBot - /bar\nExampleBot - /baz\nExampleBot + /qux\nsportslm + /foo",
    ),
    *_rows(
        "2.2.1",
        "User-agent: *\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /b\n\nUser-agent: *\nDisallow: /c\n",
        "sportslm - /a\nsportslm + /b\nsportslm - /c\nGPTBot + /a\nGPTBot - /b\nGPTBot + /c",
    ),
    *_rows(
        "2.2.1",
        "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /a\n\nUser-agent: ccbot\nAllow: /a/b\n",
        "GPTBot - /a/b\nCCBot + /a/b\nCCBot - /a/c",
    ),
    # The group for everybody speaks only to those without one of their own, even an empty one.
    *_rows("2.2.1", "User-agent: *\nDisallow: /\n\nUser-agent: sportslm\n", "sportslm + /a\nGPTBot - /a"),
    *_rows(
        "2.2.1", "User-agent: *\nDisallow: /\n\nUser-agent: sportslm\nDisallow:\n", "sportslm + /\nGPTBot - /"
    ),
    *_rows("2.2.1", "User-agent: GPTBot\nDisallow: /\n", "sportslm + /\n* + /a\nGPTBot - /a\nCCBot + /a"),
    # 2.2.2: rules before any group are ignored.
    *_rows("2.2.2", "Disallow: /a\nUser-agent: *\nDisallow: /b\n", "sportslm + /a\nsportslm - /b"),
    *_rows("2.2.2", "Disallow: /\n", "sportslm + /\nsportslm + /a"),
    *_rows("2.2.2", "Allow: /a/b\nUser-agent: *\nDisallow: /a\n", "sportslm - /a/b"),
    # A match begins with the first octet of the path, is case-sensitive, and is one of prefixes.
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /fish\n",
        """sportslm - /fish
        sportslm - /fish.html
        sportslm - /fish/salmon.html
        sportslm - /fishheads
        sportslm - /fish?id=1
        sportslm + /Fish.asp
        sportslm + /catfish
        sportslm + /?id=fish
        sportslm + /desert/fish""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /fish/\n",
        """sportslm - /fish/
        sportslm - /fish/?id=1
        sportslm - /fish/salmon.htm
        sportslm + /fish
        sportslm + /fish.html
        sportslm + /animals/fish/
        sportslm + /Fish/Salmon.asp""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /a?b=c\n",
        "sportslm - /a?b=c\nsportslm - /a?b=cd\nsportslm - /a?b=c&d=e\nsportslm + /a\nsportslm + /a?d=e&b=c",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /?\n",
        "sportslm - /?a\nsportslm - /?\nsportslm + /\nsportslm + /a?b",
    ),
    *_rows("2.2.2", "User-agent: *\nDisallow: /a;x\n", "sportslm - /a;x=1\nsportslm + /a\nsportslm + /a/;x"),
    *_rows("2.2.2", "User-agent: *\nDisallow: /a//b\n", "sportslm - /a//b\nsportslm + /a/b"),
    *_rows("2.2.2", "User-agent: *\nDisallow: /a/b\n", "sportslm + /a//b\nsportslm - /a/b/"),
    *_rows("2.2.2", "User-agent: *\nDisallow: a\n", "sportslm + /a\nsportslm + /"),
    # The fragment is no part of what is asked of a server.
    *_rows("2.2.2", "User-agent: *\nDisallow: /a\nAllow: /$\n", "sportslm + /#a\nsportslm - /a#/b"),
    # The most octets win, whatever the order; allow wins between equals.
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\n",
        """sportslm - /a
        sportslm - /a/x
        sportslm + /a/b
        sportslm + /a/b/x
        sportslm - /a/b/c
        sportslm - /a/b/cd""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /a/b/c\nAllow: /a/b\nDisallow: /a\n",
        """sportslm - /a
        sportslm - /a/x
        sportslm + /a/b
        sportslm + /a/b/x
        sportslm - /a/b/c
        sportslm - /a/b/cd""",
    ),
    *_rows("2.2.2", "User-agent: *\nDisallow: /a\nAllow: /a\n", "sportslm + /a\nsportslm + /ab"),
    *_rows("2.2.2", "User-agent: *\nAllow: /a\nDisallow: /a\n", "sportslm + /a\nsportslm + /ab"),
    *_rows(
        "2.2.2", "User-agent: *\nAllow: /p\nDisallow: /\n", "sportslm + /page\nsportslm - /\nsportslm - /q"
    ),
    *_rows("2.2.2", "User-agent: *\nAllow: /folder\nDisallow: /folder\n", "sportslm + /folder/page"),
    *_rows(
        "2.2.2",
        "User-agent: *\nAllow: /page\nDisallow: /*.htm\n",
        "sportslm - /page.htm\nsportslm + /page.php",
    ),
    *_rows(
        "2.2.2", "User-agent: *\nAllow: /page\nDisallow: /*.ph\n", "sportslm + /page.php5\nsportslm - /x.php5"
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nAllow: /$\nDisallow: /\n",
        "sportslm + /\nsportslm - /page.htm\nsportslm - /?a",
    ),
    *_rows("2.2.2", "User-agent: *\nDisallow: /foo$\nAllow: /foo*\n", "sportslm + /foo\nsportslm + /foobar"),
    *_rows("2.2.2", "User-agent: *\nDisallow: /foo*\nAllow: /foo\n", "sportslm - /foo\nsportslm - /foobar"),
    *_rows("2.2.2", "User-agent: *\nDisallow: /*\nAllow: /\n", "sportslm - /\nsportslm - /a"),
    # The encoded form of a rule or a URL counts for as many octets as it stands for.
    *_rows("2.2.2", "User-agent: *\nDisallow: /%61%62\nAllow: /ab\n", "sportslm + /ab\nsportslm + /%61b"),
    *_rows("2.2.2", "User-agent: *\nAllow: /%61\nDisallow: /ab\n", "sportslm - /ab\nsportslm + /ac"),
    # An empty path matches nothing.
    *_rows("2.2.2", "User-agent: *\nDisallow:\n", "sportslm + /\nsportslm + /a"),
    *_rows("2.2.2", "User-agent: *\nAllow:\nDisallow: /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows("2.2.2", "User-agent: *\nDisallow:\nDisallow: /a\n", "sportslm - /a\nsportslm + /b"),
    # /robots.txt itself is implicitly allowed.
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /\n",
        "sportslm + /robots.txt\nsportslm - /robots.txt/a\nGPTBot + /robots.txt",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /robots.txt\n",
        "sportslm + /robots.txt\nsportslm - /robots.txt.bak",
    ),
    *_rows("2.2.2", "User-agent: *\nDisallow: /*.txt$\n", "sportslm + /robots.txt\nsportslm - /humans.txt"),
    # The table of percent-encodings, read in both directions (erratum 7128 mends its third row).
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar?baz=quz\n",
        "sportslm - /foo/bar?baz=quz\nsportslm + /foo/bar",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar?baz=https://foo.bar\n",
        """sportslm - /foo/bar?baz=https://foo.bar
        sportslm - /foo/bar?baz=https%3A%2F%2Ffoo.bar
        sportslm - /foo/bar?baz=https%3a%2f%2ffoo.bar
        sportslm + /foo/bar?baz=http://foo.bar""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar\n",
        "sportslm - /foo/bar?baz=https://foo.bar\nsportslm - /foo/bar?baz=https%3A%2F%2Ffoo.bar",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar/ツ\n",
        """sportslm - /foo/bar/ツ
        sportslm - /foo/bar/%E3%83%84
        sportslm - /foo/bar/%e3%83%84
        sportslm - /foo/bar/%E3%83%84x
        sportslm + /foo/bar/%E3%83%85
        sportslm + /foo/bar/%E3%83""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar/%E3%83%84\n",
        """sportslm - /foo/bar/ツ
        sportslm - /foo/bar/%E3%83%84
        sportslm - /foo/bar/%e3%83%84
        sportslm + /foo/bar/""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar/%62%61%7A\n",
        """sportslm - /foo/bar/baz
        sportslm - /foo/bar/%62%61%7A
        sportslm - /foo/bar/b%61z
        sportslm + /foo/bar/ba""",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /foo/bar/baz\n",
        "sportslm - /foo/bar/%62%61%7A\nsportslm - /foo/bar/%62%61%7a\nsportslm + /foo/bar/%42az",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /~joe/\n",
        "sportslm - /~joe/a\nsportslm - /%7Ejoe/a\nsportslm - /%7ejoe/a",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /%7Ejoe/\n",
        "sportslm - /~joe/a\nsportslm - /%7ejoe/a\nsportslm + /joe/",
    ),
    *_rows(
        "2.2.2",
        "User-agent: *\nDisallow: /caf\xe9\n",
        "sportslm - /café\nsportslm - /caf%C3%A9\nsportslm + /cafe",
    ),
    *_rows(
        "2.2.2", "User-agent: *\nDisallow: /a%20b\n", "sportslm - /a%20b\nsportslm + /a+b\nsportslm + /ab"
    ),
    *_rows(
        "2.2.2", "User-agent: *\nDisallow: /a%3cd\n", "sportslm - /a%3Cd\nsportslm - /a%3cd\nsportslm + /a"
    ),
    *_rows(
        "2.2.2", "User-agent: *\nDisallow: /a%2562\n", "sportslm - /a%2562\nsportslm + /ab\nsportslm + /a%62"
    ),
    *_rows(
        "2.2.2", "User-agent: *\nDisallow: /100%\n", "sportslm - /100%\nsportslm - /100%25\nsportslm + /100"
    ),
    # 2.2.3: "#" comments, "$" ends, "*" stands for any number of octets, none included.
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /this/*/exactly\n",
        """sportslm - /this/x/exactly
        sportslm - /this/x/y/exactly
        sportslm - /this//exactly
        sportslm - /this/x/exactly/more
        sportslm + /this/exactly
        sportslm + /this/x/Exactly""",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /this/path/exactly$\n",
        "sportslm - /this/path/exactly\nsportslm + /this/path/exactly/\nsportslm + /this/path/exactly?a",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /*.php$\n",
        """sportslm - /filename.php
        sportslm - /folder/filename.php
        sportslm - /a.php.php
        sportslm + /filename.php?parameters
        sportslm + /filename.php/
        sportslm + /filename.php5
        sportslm + /windows.PHP""",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /*.php\n",
        """sportslm - /index.php
        sportslm - /folder/any.php.file.html
        sportslm - /filename.php?parameters
        sportslm - /filename.php/
        sportslm + /
        sportslm + /windows.PHP""",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /fish*.php\n",
        """sportslm - /fish.php
        sportslm - /fishheads/catfish.php?parameters
        sportslm + /Fish.PHP
        sportslm + /fish""",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /fish*\n",
        "sportslm - /fish\nsportslm - /fishes/a\nsportslm + /fis",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: *.gif\n",
        "sportslm - /a.gif\nsportslm - /a/b.gif?c\nsportslm + /gif",
    ),
    *_rows("2.2.3", "User-agent: *\nDisallow: *\n", "sportslm - /\nsportslm - /a"),
    *_rows("2.2.3", "User-agent: *\nDisallow: /a**b\n", "sportslm - /ab\nsportslm - /axxb\nsportslm + /a"),
    *_rows(
        "2.2.3", "User-agent: *\nDisallow: /a*b*c\n", "sportslm - /abc\nsportslm - /a1b2c3\nsportslm + /acb"
    ),
    *_rows("2.2.3", "User-agent: *\nDisallow: /a*b$\n", "sportslm - /ab\nsportslm - /abab\nsportslm + /aba"),
    *_rows("2.2.3", "User-agent: *\nDisallow: /a*$\n", "sportslm - /a\nsportslm - /abc\nsportslm + /b"),
    *_rows(
        "2.2.3", "User-agent: *\nDisallow: /aa*aa$\n", "sportslm + /aaa\nsportslm - /aaaa\nsportslm - /aaxaa"
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /*/x/*/y\n",
        "sportslm - /1/x/2/y\nsportslm - //x//y\nsportslm + /x/2/y",
    ),
    *_rows("2.2.3", "User-agent: *\nDisallow: /*?\n", "sportslm - /a?b\nsportslm - /?\nsportslm + /a"),
    *_rows("2.2.3", "User-agent: *\nDisallow: /$\n", "sportslm - /\nsportslm + /a\nsportslm + /?a"),
    *_rows("2.2.3", "User-agent: *\nDisallow: $\n", "sportslm + /\nsportslm + /a"),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /a$b\n",
        "sportslm - /a$b\nsportslm - /a$bc\nsportslm + /a\nsportslm + /ab",
    ),
    *_rows("2.2.3", "User-agent: *\nDisallow: /a$$\n", "sportslm - /a$\nsportslm + /a\nsportslm + /a$b"),
    *_rows(
        "2.2.3", "User-agent: *\nDisallow: /a[bc].x\n", "sportslm + /ab.x\nsportslm - /a[bc].x\nsportslm + /a"
    ),
    *_rows(
        "2.2.3", "User-agent: *\nDisallow: /a.c+\n", "sportslm + /abc\nsportslm + /a.cc\nsportslm - /a.c+"
    ),
    # A special character that is meant as it stands is percent-encoded.
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /path/file-with-a-%2A.html\n",
        """sportslm - /path/file-with-a-*.html
        sportslm - /path/file-with-a-%2A.html
        sportslm + /path/file-with-a-b.html""",
    ),
    *_rows(
        "2.2.3",
        "User-agent: *\nDisallow: /path/foo-%24\n",
        "sportslm - /path/foo-$\nsportslm - /path/foo-%24\nsportslm - /path/foo-$x\nsportslm + /path/foo-",
    ),
    *_rows(
        "2.2.3", "User-agent: *\nDisallow: /a%23b\n", "sportslm - /a%23b\nsportslm - /a%23bc\nsportslm + /a#b"
    ),
    # 2.2.4: other records interfere with nothing.
    *_rows("2.2.4", "User-agent: *\nSitemap: http://h/s.xml\nDisallow: /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows(
        "2.2.4",
        "User-agent: GPTBot\nSitemap: http://h/s.xml\nUser-agent: CCBot\nDisallow: /a\n",
        "GPTBot - /a\nCCBot - /a\nsportslm + /a",
    ),
    *_rows(
        "2.2.4",
        "User-agent: GPTBot\nCrawl-delay: 5\nUser-agent: CCBot\nDisallow: /a\n",
        "GPTBot - /a\nCCBot - /a\nsportslm + /a",
    ),
    *_rows(
        "2.2.4", "Sitemap: http://h/s.xml\nUser-agent: *\nDisallow: /a\n", "sportslm - /a\nsportslm + /s.xml"
    ),
    *_rows(
        "2.2.4",
        "User-agent: *\nDisallow: /a\nSitemaps: http://h/s.xml\nDisallow: /b\n",
        "sportslm - /a\nsportslm - /b",
    ),
    *_rows("2.2.4", "User-agent: *\nNoindex: /a\nHost: h\nDisallow: /b\n", "sportslm + /a\nsportslm - /b"),
    *_rows(
        "2.2.4", "User-agent: *\nContent-Signal: ai-train=no\nDisallow: /b\n", "sportslm + /a\nsportslm - /b"
    ),
    # 2.3: the encoding is UTF-8, and a byte order mark is no part of the first line.
    *_rows("2.3", b"\xef\xbb\xbfUser-agent: *\nDisallow: /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows(
        "2.3",
        b"\xef\xbb\xbf# x\r\nUser-agent: *\r\nDisallow: /\xc3\xa9\r\n",
        "sportslm - /%C3%A9\nsportslm + /%E9",
    ),
    # 2.3.1.5: what cannot be parsed is left out, and the rest is used.
    *_rows("2.3.1.5", "<html>\n<body>not found</body>\n</html>\n", "sportslm + /\nsportslm + /a"),
    *_rows("2.3.1.5", "User-agent: *\n???\nDisallow: /a\n:\nDisallow: /b\n", "sportslm - /a\nsportslm - /b"),
    *_rows("2.3.1.5", b"User-agent: *\n\xff\xfe\x00garbage\nDisallow: /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows("2.3.1.5", "User-agent: *\nDisalow: /a\nDisallow: /b\n", "sportslm + /a\nsportslm - /b"),
    *_rows("2.3.1.5", "Useragent: *\nDisallow: /a\n", "sportslm + /a"),
    *_rows("2.3.1.5", "User-agent: *\nX-Disallow: /a\nDisallowed: /b\n", "sportslm + /a\nsportslm + /b"),
    # 2.5: a file is read up to 512 KiB, and a line that the limit cuts is left out whole.
    *_rows(
        "2.5",
        b"User-agent: *\nDisallow: /a\n"
        + b"#" * 500_000
        + b"\nDisallow: /b\n"
        + b"#" * 30_000
        + b"\nDisallow: /c\n",
        "sportslm - /a\nsportslm - /b\nsportslm + /c",
    ),
    # 5.1: the example, agent by agent.
    *_rows(
        "5.1",
        _EXAMPLE,
        """sportslm - /pic.gif
        sportslm - /example/page.html
        sportslm + /publications/a
        sportslm + /publications/pic.gif
        sportslm + /other
        foobot - /
        foobot - /publications/
        foobot + /example/page.html
        foobot + /example/allowed.gif
        foobot - /example/other.gif
        barbot - /example/page.html
        barbot + /example/
        barbot + /pic.gif
        bazbot - /example/page.html
        bazbot + /publications/
        quxbot + /example/page.html
        quxbot + /pic.gif""",
    ),
    # 5.2: the longest match (erratum 7124 mends the name of the file).
    *_rows(
        "5.2",
        "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n",
        "foobot + /example/page/\nfoobot - /example/page/disallowed.gif\nfoobot + /example/page/disallow.gif",
    ),
    # Ours: a token may be followed by a version, a star or a comma, which the grammar does not foresee.
    *_rows("ours", "User-agent: sportslm/0.1\nDisallow: /a\n", "sportslm - /a\nGPTBot + /a"),
    *_rows("ours", "User-agent: GPTBot*\nDisallow: /a\n", "GPTBot - /a\nsportslm + /a"),
    *_rows("ours", "User-agent: sportslm2\nDisallow: /a\n", "sportslm + /a"),
    *_rows("ours", "User-agent: *bot\nDisallow: /a\n", "sportslm + /a\nGPTBot + /a"),
    # Ours: digits are letters (section 2.2.1 has none, real crawlers do), and such a line opens a group.
    *_rows("ours", "User-agent: AI2Bot\nDisallow: /a\n", "AI2Bot - /a\nAI + /a\nsportslm + /a"),
    *_rows(
        "ours", "User-agent: *\nDisallow: /a\nUser-agent: 008\nDisallow: /\n", "sportslm - /a\nsportslm + /b"
    ),
    # Ours: a blank in place of the colon is forgiven, and a path may hold blanks.
    *_rows("ours", "User-agent *\nDisallow /a\n", "sportslm - /a\nsportslm + /b"),
    *_rows("ours", "User-agent: *\nDisallow: /a b\n", "sportslm - /a%20b\nsportslm + /a"),
]
