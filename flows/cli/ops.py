"""``up``, ``jobs`` and ``doctor``: servers, training jobs, and whether everything is in place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import DEFAULT_PROFILE, Json, Profile, Settings, configured, print_json, print_table


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    jobs = typer.Typer(help="Training and evaluation jobs.", no_args_is_help=True)
    jobs.command("list")(jobs_list)
    jobs.command("logs")(jobs_logs)
    jobs.command("stop")(jobs_stop)
    app.add_typer(jobs, name="jobs")
    app.command()(doctor)


def up(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    prefect_port: Annotated[int, typer.Option(help="Port of the Prefect page; 0 takes a free one.")] = 4200,
    mlflow_port: Annotated[int, typer.Option(help="Port of the MLflow page; 0 takes a free one.")] = 5000,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the servers.")] = False,
    as_json: Json = False,
) -> None:
    """Start the Prefect and MLflow pages and serve the flows; state stays in the home folder."""
    config = configured(profile, settings)
    from flows.servers import start, stop_all

    home = Path(config.home)
    if stop:
        stopped = stop_all(home)
        print(f"stopped {', '.join(stopped)}" if stopped else "no servers were up")
        return
    record = start(home, config, profile, settings, prefect_port, mlflow_port)
    if as_json:
        print_json(record)
        return
    print(f"Prefect  {record['prefect_ui']}   runs, forms, artifacts; flows are served as deployments")
    print(f"MLflow   {record['mlflow_ui']}   models, figures, reports")
    print(f"logs     {home / 'logs'}")
    print("stop with: sportslm up --stop")


def jobs_list(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """List the jobs that were started from this home folder."""
    config = configured(profile, settings)
    from datetime import UTC, datetime

    from tasks.jobs.local import LocalBackend

    backend = LocalBackend(Path(config.home).absolute())
    records = [backend.record(name) for name in backend.names()]
    if as_json:
        print_json(records)
        return
    rows = [
        [r["name"], r["state"], datetime.fromtimestamp(r["submitted_at"], UTC).isoformat(timespec="seconds")]
        for r in records
    ]
    print_table("", ["job", "state", "submitted"], rows)


def jobs_logs(
    name: Annotated[str, typer.Argument(help="As `jobs list` prints it.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Print what a job has said."""
    config = configured(profile, settings)
    from tasks.jobs.local import LocalBackend

    backend = LocalBackend(Path(config.home).absolute())
    backend.record(name)
    print(backend.logs(name), end="")


def jobs_stop(
    name: Annotated[str, typer.Argument(help="As `jobs list` prints it.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Ask a job to save a checkpoint and stop."""
    config = configured(profile, settings)
    from tasks.jobs.local import LocalBackend

    backend = LocalBackend(Path(config.home).absolute())
    backend.record(name)
    backend.stop(name)
    print(f"{name}: {backend.record(name)['state']}")


def doctor(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Check the installation, the lake, the disk and the servers."""
    config = configured(profile, settings)
    from dataclasses import asdict

    from flows.checks import check_all

    findings = check_all(config)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = [[f.what, "ok" if f.ok else "NOT OK", f.found, f.remedy] for f in findings]
        print_table("", ["check", "", "found", "remedy"], rows)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
