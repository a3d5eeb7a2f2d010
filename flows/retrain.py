"""The whole way: from the web to a registered model, each stage cached."""

from __future__ import annotations

from prefect import flow

from flows.datasheet import publish_datasheet
from flows.ledger import publish_ledger
from flows.nothing import refuse_nothing
from flows.order import refresh, train
from flows.promote import promotion
from flows.result import RunResult, step_results
from flows.start import start_run
from flows.walk import Reached
from tasks.config import PipelineConfig


@flow(name="retrain", flow_run_name="retrain {config.snapshot} {config.pretrain.preset}", log_prints=True)
def retrain(config: PipelineConfig, until: str = "", refresh_stages: tuple[str, ...] = ()) -> RunResult:
    """Bring the data up to the wanted snapshot, train a model on it, evaluate, register and promote it.

    Args:
        until: the stage to end with; empty goes to the end.
        refresh_stages: stages to make again although the lake has them.
    """
    run, chain = start_run(config, until, refresh_stages)
    result = RunResult(snapshot=chain[-1].id, lake=run.lake.uri, steps=[])
    try:
        data = refresh(run, chain)
        refuse_nothing(run.taken)
        release = train(run, chain, data, config)
    except Reached:
        return result.model_copy(update={"steps": step_results(run.taken)})
    outcome = promotion(run.lake, release, config)
    if any(step.state != "Cached" for step in run.taken):
        publish_ledger(run.lake, config.home)
        publish_datasheet(run.lake)
    return result.model_copy(update={"steps": step_results(run.taken), **outcome})
