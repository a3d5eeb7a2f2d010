"""What a run may be asked for: checked before anything is started or written, without Prefect."""

from __future__ import annotations

from collections.abc import Sequence

from flows.order import STAGES
from tasks.config import PipelineConfig
from tasks.crawl.terms import check_contact, check_terms


def check_request(config: PipelineConfig, until: str = "", renewed: Sequence[str] = ()) -> None:
    """Refuse a request that cannot be met, or a part of it that would have no effect.

    Args:
        until: the stage to end with; empty goes to the end.
        renewed: stages to make again although the lake has them.

    Raises:
        ValueError: for an unknown stage, one that is switched off or never reached, terms not accepted, or
            real sites without a contact.
    """
    for name in (*renewed, *([until] if until else [])):
        check_stage(name, config)
    if "crawl" in renewed:
        raise ValueError(
            "a crawl cannot be refreshed: today's web is not the web of its snapshot; "
            "start a new snapshot instead (--set snapshot=new)"
        )
    for name in renewed:
        if until and STAGES.index(name) > STAGES.index(until):
            raise ValueError(f"--refresh {name} would do nothing: the run ends with {until} before it")
    check_terms(config.crawl.sources, config.accept_terms)
    check_contact(config.crawl)


def check_stage(name: str, config: PipelineConfig) -> None:
    """Refuse a stage that does not exist, or that the configuration switches off.

    Raises:
        ValueError: naming those there are, or the switch.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}; there are: {', '.join(STAGES)}")
    if not getattr(getattr(config, name), "enabled", True):
        raise ValueError(f"stage {name} is switched off: add --set {name}.enabled=true")
