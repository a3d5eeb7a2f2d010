"""A refresh: fetch what is new, and extract, clean, compare and encode only that."""

from __future__ import annotations

from prefect import flow
from prefect.events import emit_event

from flows.datasheet import publish_datasheet
from flows.nothing import refuse_nothing
from flows.order import encode_with, refresh
from flows.result import RunResult, step_results
from flows.start import start_run
from tasks.config import PipelineConfig
from tasks.promotions import champion_release


@flow(name="data-refresh", flow_run_name="data-refresh {config.snapshot}", log_prints=True)
def data_refresh(config: PipelineConfig) -> RunResult:
    """Add a snapshot to the lake; encode it with the champion's tokenizer, if there is a champion."""
    run, chain = start_run(config)
    data = refresh(run, chain)
    refuse_nothing(run.taken)
    champion = champion_release(run.lake)
    if champion is not None:
        (tokenizer,) = [run.lake.artifact_at(path) for path in champion.inputs["tokenizer"]]
        encode_with(run, chain, data, tokenizer)
    if any(step.state != "Cached" for step in run.taken):
        publish_datasheet(run.lake)
    emit_event(
        event="dataset.refreshed",
        resource={"prefect.resource.id": f"sportslm.snapshot.{chain[-1].id}"},
        payload={"snapshot": chain[-1].id, "documents": data.unique[-1].rows_out, "lake": run.lake.uri},
    )
    return RunResult(snapshot=chain[-1].id, lake=run.lake.uri, steps=step_results(run.taken))
