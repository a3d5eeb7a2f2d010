"""Every campaign, with a count of 3: the full counts are run before the issues that ask for them are
closed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CAMPAIGNS = sorted((ROOT / "benchmarks" / "campaigns").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("path", CAMPAIGNS, ids=lambda path: path.stem)
def test_campaign_of_three_holds(path: Path) -> None:
    command = [sys.executable, str(path), "--count", "3", "--seed", "1"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, "a campaign prints one line of result"
    assert done.stdout.startswith("3 ")


def test_there_are_campaigns() -> None:
    assert CAMPAIGNS
