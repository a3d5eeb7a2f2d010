"""Serve the flows as deployments, so that the Prefect page can run them: ``python -m flows.serving``.

Each deployment starts with the profile's values, so that its form works as it is.
"""

from __future__ import annotations

import argparse
from typing import Any

from flows.cli.options import configured


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", required=True)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    chosen = parser.parse_args()
    config = configured(chosen.profile, chosen.settings)
    from prefect import serve

    from flows.data_refresh import data_refresh
    from flows.promote import promote, rollback
    from flows.retrain import retrain
    from flows.stage import stage

    values = config.model_dump(mode="json")
    deployments: list[
        Any
    ] = [  # prefect types them as perhaps coroutines; without a running loop they are not
        retrain.to_deployment("retrain", parameters={"config": values}, tags=["sportslm"]),
        data_refresh.to_deployment(
            "data-refresh", parameters={"config": {**values, "snapshot": "new"}}, tags=["sportslm"]
        ),
        stage.to_deployment("stage", parameters={"config": values}, tags=["sportslm"]),
        promote.to_deployment("promote", parameters={"config": values}, tags=["sportslm"]),
        rollback.to_deployment("rollback", parameters={"config": values}, tags=["sportslm"]),
    ]
    serve(*deployments, print_starting_message=False)


if __name__ == "__main__":
    main()
