"""``sources``: the catalogue, what may be crawled of it today, and what the current mixture owes to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import DEFAULT_PROFILE, Json, Profile, Settings, configured, print_json, print_table

if TYPE_CHECKING:
    from crawlers.catalog import Source
    from tasks.source_checks import CheckedSource


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    sources = typer.Typer(help="The catalogue of sources, their terms and politeness.", no_args_is_help=True)
    sources.command("list")(sources_list)
    sources.command("show")(sources_show)
    sources.command("check")(sources_check)
    sources.command("ledger")(sources_ledger)
    app.add_typer(sources, name="sources")


def sources_list(as_json: Json = False) -> None:
    """List the sources and whether they may be crawled."""
    from crawlers.catalog import load_catalog

    entries = list(load_catalog().values())
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in entries])
        return
    print_table(
        "",
        ["id", "name", "kind", "access", "licence", "crawling", "train", "verified"],
        [
            [e.id, e.name, e.kind, e.access, e.licence, _crawling(e), e.training.verdict, e.verified]
            for e in entries
        ],
    )


def _crawling(entry: Source) -> str:
    if entry.how:
        return "import"
    return "open" if entry.is_open else "accept terms"


def sources_show(source: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """Show one source: entry points, politeness, licence and terms."""
    from crawlers.catalog import load_catalog, unknown_source

    catalog = load_catalog()
    if source not in catalog:
        raise ValueError(unknown_source(source, catalog))
    entry = catalog[source].model_dump(mode="json")
    if as_json:
        print_json(entry)
        return
    print_table("", ["field", "value"], [[name, value] for name, value in entry.items()])


def sources_check(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; without one the profile's.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Check all that are crawled.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Ask for robots.txt and the entry points only: what would be crawled, what not, and why.

    Exit code 1 if an entry point that could be crawled at the last check no longer can.
    """
    config = configured(profile, settings)
    from datetime import UTC, datetime

    from crawlers.catalog import load_catalog
    from tasks.source_checks import check_sources

    if sources and everything:
        raise ValueError("--all and names of sources contradict each other; leave one of them out")
    crawled = [entry.id for entry in load_catalog().values() if not entry.how]
    chosen = crawled if everything else (sources or list(config.crawl.sources))
    if not chosen:
        raise ValueError(f"profile {profile} crawls no sources; name some, or add --all")
    found = []
    for checked in check_sources(chosen, config.crawl, Path(config.home), datetime.now(UTC)):
        found.append(checked)
        if not as_json:
            print("\n".join(check_lines(checked)), flush=True)
    if as_json:
        print_json([_check_json(checked) for checked in sorted(found, key=lambda c: str(c.path))])
    if any(checked.lost for checked in found):
        raise typer.Exit(1)


def _check_json(checked: CheckedSource) -> dict[str, Any]:
    """Return a check for programs; the text of robots.txt lies in the file it names."""
    robots = {
        origin: {name: value for name, value in shot.items() if name != "body"}
        for origin, shot in checked.check["robots"].items()
    }
    return {
        **checked.check,
        "robots": robots,
        "crawlable": checked.is_crawlable,
        "lost": checked.lost,
        "changed": checked.changed,
        "since": checked.since,
        "path": str(checked.path),
    }


def check_lines(checked: CheckedSource) -> Iterator[str]:
    """Yield a source's check as lines for people."""
    check = checked.check
    state = "can be crawled" if checked.is_crawlable else "cannot be crawled"
    if checked.is_crawlable and check["needs_terms"]:
        state += f" once its terms are accepted ({check['terms']})"
    yield f"{check['source']}: {state}"
    training = check["training"]
    yield f"  licence {check['licence']}; training: {training['verdict']} ({training['why']})"
    if check["problem"]:
        yield f"  not asked: {check['problem']}"
    for origin, shot in check["robots"].items():
        yield f"  {origin}/robots.txt: {_robots_text(shot)}"
    for entry in check["entries"]:
        yield from _entry_lines(entry)
    if check["num_unasked"] and not check["problem"]:
        yield f"  {check['num_unasked']:,} more entry points were not asked (other days, or too many)"
    yield from (f"  changed since {checked.since}: {change}" for change in checked.changed)
    yield from (f"  LOST since {checked.since}: {lost}" for lost in checked.lost)
    yield f"  kept as {checked.path}"


def _robots_text(shot: Mapping[str, Any]) -> str:
    if shot["status"] is None:
        return str(shot["verdict"])
    delay = f", Crawl-delay {shot['crawl_delay_s']:g} s" if shot["crawl_delay_s"] is not None else ""
    return f"status {shot['status']}, / {shot['verdict']}{delay}, {shot['num_sitemaps']} sitemaps, " + (
        f"SHA-256 {shot['sha256'][:12]}"
    )


def _entry_lines(entry: Mapping[str, Any]) -> Iterator[str]:
    status = f", status {entry['status']}" if entry["status"] else ""
    yield f"  {entry['url']}: {entry['robots']}{status}" + (
        f", not crawled: {entry['why']}" * bool(entry["why"])
    )
    counts = [f"{entry['listings']:,} listings"] if entry["listings"] else []
    counts += [f"pages {verdict} {count:,}" for verdict, count in sorted(entry["pages"].items())]
    if counts:
        yield f"    leads to {', '.join(counts)}"
    for verdict, examples in sorted(entry["examples"].items()):
        yield from (f"      {verdict}: {url}" for url in examples)
    if entry["opt_outs"]:
        objections = ", ".join(f"{name} {count:,}" for name, count in entry["opt_outs"].items())
        yield f"    objections to training: {objections}"


def sources_ledger(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Show each source's verdicts and licence, and what of it is in the lake and in the mixture."""
    config = configured(profile, settings)
    from tasks.lake import Lake
    from tasks.policy import COLUMNS, policy_ledger, table_rows

    ledger = policy_ledger(Lake(config.lake_uri, dry=True), Path(config.home))
    if as_json:
        print_json(ledger.model_dump())
        return
    print_table(ledger.title, [*COLUMNS], [list(row.values()) for row in table_rows(ledger)])
