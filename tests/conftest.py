"""What all tests share: the options of the test command."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what a maintainer may ask for."""
    parser.addoption(
        "--update-stage-digests",
        action="store_true",
        help="write tests/stage_digests.json anew, after a STAGE version or a library was raised on purpose",
    )
