"""``run``, ``plan`` and ``stage``: make artifacts, or say which would be made."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import DEFAULT_PROFILE, Json, Profile, Settings, configured, print_json, print_table

Until = Annotated[str, typer.Option("--until", metavar="STAGE", help="End with this stage.")]
Renewed = Annotated[
    list[str], typer.Option("--refresh", metavar="STAGE", help="Make this stage again although it is cached.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(run)
    app.command()(plan)
    app.command()(stage)


def run(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006 - typer's way of saying "none given"
    until: Until = "",
    refresh: Renewed = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Run the whole way, from data to a registered model; what is done already is not done again."""
    config = configured(profile, settings)
    from pathlib import Path

    from flows.request import check_request
    from flows.servers import temporary_server

    check_request(config, until, refresh)  # a slip is told before Prefect is imported
    server_ready = temporary_server(Path(config.home))
    from flows.card import run_card
    from flows.retrain import retrain

    server_ready()
    result = retrain(config, until, tuple(refresh))
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    print(run_card(result, config, profile))


def plan(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    until: Until = "",
    refresh: Renewed = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Say which stages would run, and why; nothing is run or written."""
    config = configured(profile, settings)
    from dataclasses import asdict

    from flows.planning import plan_for

    lines, lake = plan_for(config, until, tuple(refresh))
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    print_table(
        f"plan for {lake}",
        ["stage", "snapshot", "state", "why", "#rows before", "#seconds before"],
        [
            [
                line.stage,
                line.snapshot,
                line.state,
                line.why,
                line.rows_out,
                line.seconds and f"{line.seconds:.1f}",
            ]
            for line in lines
        ],
    )
    for line in lines:
        if line.warning:
            print(f"warning: {line.stage}: {line.warning}")
    todo = sum(line.state != "cached" for line in lines)
    print(
        "everything is cached; a run would do nothing"
        if not todo
        else f"{todo} of {len(lines)} stages would run"
    )


def stage(
    name: Annotated[str, typer.Argument(help="The stage to run.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    refresh: Annotated[bool, typer.Option("--refresh", help="Make it again although it is cached.")] = False,
    as_json: Json = False,
) -> None:
    """Run one stage alone, on what earlier runs left in the lake."""
    config = configured(profile, settings)
    from pathlib import Path

    from flows.request import check_request
    from flows.servers import temporary_server

    check_request(config, name, [name] if refresh else [])
    server_ready = temporary_server(Path(config.home))
    from flows.card import steps_text
    from flows.stage import stage as flow

    server_ready()
    result = flow(config, name, refresh)
    if as_json:
        print_json(result.model_dump(mode="json"))
        return
    print(steps_text(result))
