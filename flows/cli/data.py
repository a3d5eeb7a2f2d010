"""``import`` and ``lake``: what comes in, and what lies there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import DEFAULT_PROFILE, Json, Profile, Settings, configured, print_json, print_table

LOCAL = "local"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import")(import_)
    lake = typer.Typer(help="What lies in the lake.", no_args_is_help=True)
    lake.command("list")(lake_list)
    lake.command("show")(lake_show)
    lake.command("datasheet")(lake_datasheet)
    lake.command("verify")(lake_verify)
    lake.command("gc")(lake_gc)
    app.add_typer(lake, name="lake")


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    source: Annotated[str, typer.Option("--source", help="Id for the collection, e.g. my-archive.")],
    licence: Annotated[str, typer.Option("--license", help="Licence of the collection.")],
    kind: Annotated[
        str, typer.Option("--kind", help="news, statistics, record, discussion or reference.")
    ] = "news",
    sport: Annotated[str, typer.Option("--sport", help="The one sport it is about, if there is one.")] = "",
    urls: Annotated[
        str,
        typer.Option("--urls", metavar="sports|FILE", help="Take only these addresses: sports, or patterns."),
    ] = "",
    profile: Profile = LOCAL,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Import WARC, WET, CDXJ, JSONL, Parquet, wiki dump, openfootball or text files as a new snapshot.

    Stopped or killed, the same command goes on where it was.
    """
    config = configured(profile, settings)
    from datetime import UTC, datetime

    from pydantic import ValidationError

    from crawlers.url_filter import read_urls
    from tasks.imports.snapshot import ImportConfig, import_snapshot
    from tasks.lake import Lake
    from tasks.schema import Kind, Sport
    from tasks.stage import RunOptions

    if kind not in list(Kind):
        raise ValueError(f"--kind {kind}: needed one of {', '.join(Kind)}")
    if sport and sport not in list(Sport):
        raise ValueError(f"--sport {sport}: needed one of {', '.join(Sport)}")
    wanted = read_urls(urls) if urls else ()
    try:
        what = ImportConfig(source=source, licence=licence, kind=kind, sport=sport, urls=wanted)
    except ValidationError as error:
        raise ValueError(
            f"--source {source!r}: letters, digits, '.', '_' and '-' only, at most 64"
        ) from error
    options = RunOptions(engine=config.engine, home=config.home)
    result = import_snapshot(Lake(config.lake_uri), paths, what, options, datetime.now(UTC))
    if as_json:
        print_json(result.model_dump())
        return
    verb = "already there as" if result.already else "imported as"
    print(
        f"{verb} snapshot {result.snapshot}: {result.files} files, "
        f"{result.rows_out:,} of {result.rows_in:,} taken"
    )
    for reason, count in sorted(result.dropped.items()):
        print(f"  not taken: {reason} {count:,}")
    print(f"next: sportslm run --profile {profile}")


def lake_list(
    artifact: Annotated[str, typer.Argument(help="Kind of artifact; all without one.")] = "",
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """List snapshots and committed artifacts."""
    config = configured(profile, settings)
    from tasks.lake import ARTIFACTS, Lake

    if artifact and artifact not in ARTIFACTS:
        raise ValueError(f"unknown artifact {artifact!r}; there are: {', '.join(ARTIFACTS)}")
    lake = Lake(config.lake_uri, dry=True)
    manifests = lake.manifests(artifact)
    if as_json:
        print_json(
            {
                "lake": lake.uri,
                "snapshots": [s.model_dump() for s in lake.snapshots()],
                "artifacts": [m.to_artifact(lake.uri).model_dump() for m in manifests],
            }
        )
        return
    print_table(
        f"snapshots of {lake.uri}",
        ["#", "id", "kind", "as of"],
        [[s.sequence, s.id, s.kind, s.as_of] for s in lake.snapshots()],
    )
    print_table(
        "artifacts",
        ["artifact", "stage", "#rows", "#MB", "made"],
        [
            [
                f"{m.artifact}/{m.snapshot}/{m.fingerprint}",
                m.stage,
                m.rows_out,
                f"{sum(f.num_bytes for f in m.files) / 1e6:.2f}",
                m.created_at[:19],
            ]
            for m in manifests
        ],
    )


def lake_show(
    folder: Annotated[str, typer.Argument(metavar="ARTIFACT", help="As `lake list` prints it.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Show one artifact: its counts, its settings, its inputs and its files."""
    config = configured(profile, settings)
    from tasks.lake import Lake
    from tasks.summary import summary_markdown

    lake = Lake(config.lake_uri, dry=True)
    manifest = lake.manifest_at(f"{folder.strip('/')}/manifest.json")
    if manifest is None:
        raise ValueError(f"nothing is committed at {folder}; sportslm lake list shows what is")
    if as_json:
        print_json(manifest.model_dump())
        return
    print(summary_markdown(manifest, lake.uri))
    for name, value in sorted(manifest.config.items()):
        print(f"  {manifest.stage}.{name} = {value}")
    for file in manifest.files:
        print(f"  {file.num_bytes:>12,}  {file.sha256[:12]}  {file.path}")


def lake_datasheet(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FOLDER", help="Where to write; the home without it.")
    ] = None,
    profile: Profile = LOCAL,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Write what the newest dataset is made of: datasheet.md, and datasheet.html with plots."""
    config = configured(profile, settings)
    from tasks.datasheet.collect import datasheet
    from tasks.datasheet.sheet import as_markdown, as_page, summary
    from tasks.lake import Lake

    sheet = datasheet(Lake(config.lake_uri, dry=True))
    if not sheet.snapshots:
        raise ValueError(f"{sheet.lake} holds no clean documents yet; sportslm run --until dedup makes them")
    if as_json:
        print_json(sheet.model_dump())
        return
    folder = to or Path(config.home) / "datasheets" / sheet.snapshots[-1]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("datasheet.md", as_markdown(sheet)), ("datasheet.html", as_page(sheet))):
        temporary = folder / f"{name}.open"
        temporary.write_text(text, "utf-8")
        temporary.replace(folder / name)
    print(summary(sheet))
    print(f"written: {folder / 'datasheet.html'} and {folder / 'datasheet.md'}")


def lake_verify(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Read every file that a manifest lists and compare its hash."""
    config = configured(profile, settings)
    from tasks.lake import Lake
    from tasks.upkeep import verify

    lake = Lake(config.lake_uri, dry=True)
    checked, bad = verify(lake)
    if as_json:
        print_json({"lake": lake.uri, "files": checked, "damaged": bad})
    else:
        print(f"{checked:,} files of {lake.uri} checked, {len(bad)} damaged")
        for file in bad:
            print(f"  {file}")
    if bad:
        raise typer.Exit(1)


def lake_gc(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    older_than_h: Annotated[
        float, typer.Option("--older-than", help="Hours that leftovers of unfinished runs are kept.")
    ] = 24.0,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    as_json: Json = False,
) -> None:
    """Delete what no manifest lists: leftovers of runs that were killed."""
    config = configured(profile, settings)
    from tasks.lake import Lake
    from tasks.upkeep import collect_garbage

    found = collect_garbage(Lake(config.lake_uri, dry=True), older_than_h * 3600, dry)
    if as_json:
        print_json(found)
        return
    verb = "would delete" if dry else "deleted"
    print(f"{verb} {len(found):,} files, {sum(found.values()) / 1e6:,.2f} MB")
