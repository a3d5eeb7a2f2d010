"""Twisted's reactor, imported when it is needed: importing it earlier would install the wrong one."""

from __future__ import annotations

from typing import Any


def the_reactor() -> Any:
    """Return the installed reactor; ``Any``, because its interfaces are not typed as what it is."""
    from twisted.internet import reactor

    return reactor
