"""The policy ledger as a page of a flow's run."""

from __future__ import annotations

from pathlib import Path

from tasks.lake import Lake
from tasks.policy import policy_ledger, table_rows

KEY = "policy-ledger"


def publish_ledger(lake: Lake, home: str) -> None:
    """Write the ledger as a table artifact of the flow that is running."""
    from prefect.artifacts import create_table_artifact

    ledger = policy_ledger(lake, Path(home))
    create_table_artifact(key=KEY, table=table_rows(ledger), description=ledger.title)
