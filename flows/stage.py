"""One stage alone: everything before it must be in the lake already."""

from __future__ import annotations

import contextlib

from prefect import flow

from flows.order import STAGES, refresh, train
from flows.planning import plan_for
from flows.result import RunResult, step_results
from flows.start import start_run
from flows.walk import Reached
from tasks.config import PipelineConfig


@flow(name="stage", flow_run_name="stage {name} {config.snapshot}", log_prints=True)
def stage(config: PipelineConfig, name: str, again: bool = False) -> RunResult:
    """Run one stage of the wanted snapshot, on inputs that earlier runs left in the lake.

    Args:
        name: the stage.
        again: make it again although the lake has it.

    Raises:
        ValueError: if an input of the stage is not in the lake under this configuration.
    """
    planned, _ = plan_for(config, until=name)
    missing = [
        line for line in planned if STAGES.index(line.stage) < STAGES.index(name) and line.state != "cached"
    ]
    if missing:
        first = missing[0]
        raise ValueError(
            f"stage {name} needs {first.stage} of snapshot {first.snapshot}, which is not in the lake "
            f"as configured ({first.why}); run `sportslm run --until {name}` to make everything it needs"
        )
    run, chain = start_run(config, until=name, renewed=(name,) if again else ())
    with contextlib.suppress(Reached):
        train(run, chain, refresh(run, chain), config)
    return RunResult(snapshot=chain[-1].id, lake=run.lake.uri, steps=step_results(run.taken))
