"""``models``, ``report``, ``lineage``, ``generate``, ``chat``, ``presets``: what was made, and using it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import DEFAULT_PROFILE, Json, Profile, Settings, configured, print_json, print_table

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.config import PipelineConfig
    from tasks.lake import Artifact, Lake

Model = Annotated[
    str, typer.Option("--model", "-m", help="Alias (champion, candidate, previous) or version.")
]
Which = Annotated[
    str, typer.Argument(metavar="MODEL", help="Alias (champion, candidate, previous) or version.")
]


SHAPE = ("num_layers", "d_model", "num_heads", "d_ff", "context_length", "vocab_size")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    models = typer.Typer(help="The registered models.", no_args_is_help=True)
    models.command("list")(models_list)
    models.command("history")(models_history)
    models.command("promote")(models_promote)
    models.command("rollback")(models_rollback)
    models.command("pull")(models_pull)
    app.add_typer(models, name="models")
    app.command()(report)
    app.command()(lineage)
    app.command()(generate)
    app.command()(chat)
    app.command()(presets)


def _open(config: PipelineConfig) -> tuple[Lake, str]:
    from pathlib import Path

    from flows.environment import tracking_uri
    from tasks.lake import Lake

    uri = tracking_uri(Path(config.home), config.register.tracking_uri)
    return Lake(config.lake_uri, dry=True), uri


def _release(config: PipelineConfig, model: str) -> Artifact:
    from tasks.register.versions import find_release

    lake, uri = _open(config)
    return find_release(lake, config.register.model_name, uri, model)


def _model_folder(config: PipelineConfig, model: str) -> Path:
    lake, _ = _open(config)
    return lake.folder_with(_release(config, model), "weights.safetensors")


def models_list(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """List the registered versions, newest first, with their aliases and figures."""
    config = configured(profile, settings)
    from tasks.register.versions import list_versions

    _, uri = _open(config)
    versions = list_versions(config.register.model_name, uri)
    if as_json:
        print_json(versions)
        return
    rows = [
        [
            v["version"],
            ", ".join(v["aliases"]),
            v["bits_per_byte"],
            v["open_book_accuracy"],
            v["made"],
            v["release"],
        ]
        for v in versions
    ]
    print_table(
        config.register.model_name,
        ["#version", "aliases", "#bits per byte", "#open book", "made", "release"],
        rows,
    )


def models_history(
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Show every promotion and rollback: which version, when, who, and why."""
    config = configured(profile, settings)
    from tasks.promotions import history

    lake, _ = _open(config)
    entries = history(lake)
    if as_json:
        print_json([entry.model_dump() for entry in entries])
        return
    rows = [[e.number, e.version, e.replaces, e.at, e.who, e.why] for e in entries]
    print_table("", ["#", "#version", "#replaced", "at", "who", "why"], rows)


def models_promote(
    version: Annotated[int, typer.Argument(help="The version that shall be champion.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it is kept with the promotion.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Make a registered version champion by hand."""
    config = configured(profile, settings)
    from pathlib import Path

    from flows.servers import temporary_server

    server_ready = temporary_server(Path(config.home))
    from flows.promote import promote

    server_ready()
    entry = promote(config, version, why)
    print(
        f"version {entry.version} is champion now "
        f"(promotion {entry.number}, instead of {entry.replaces or 'none'})"
    )


def models_rollback(
    why: Annotated[
        str, typer.Option("--why", help="The reason; it is kept with the promotion.")
    ] = "rollback",
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Make the previous champion champion again."""
    config = configured(profile, settings)
    from pathlib import Path

    from flows.servers import temporary_server

    server_ready = temporary_server(Path(config.home))
    from flows.promote import rollback

    server_ready()
    entry = rollback(config, why)
    print(
        f"version {entry.version} is champion again (promotion {entry.number}, instead of {entry.replaces})"
    )


def models_pull(
    model: Which,
    to: Annotated[str, typer.Option("--to", help="Folder to copy the model into; it must not exist.")],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Copy a model's checkpoint (safetensors, tokenizer, configuration) into a folder."""
    config = configured(profile, settings)
    import shutil
    from pathlib import Path

    target = Path(to)
    if target.exists():
        raise ValueError(f"{target} exists already; name a new folder")
    shutil.copytree(_model_folder(config, model), target)
    print(target)


def report(
    model: Which = "champion",
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Print a model's report card and say where the full report is."""
    config = configured(profile, settings)
    import json

    lake, _ = _open(config)
    (folder,) = _release(config, model).inputs["report"]
    artifact = lake.artifact_at(folder)
    if as_json:
        print_json(json.loads(lake.path(artifact, "report.json").read_text("utf-8")))
        return
    print(lake.path(artifact, "card.txt").read_text("utf-8").rstrip())
    print(f"\nReport: {lake.path(artifact, 'report.html')}")


def lineage(
    what: Annotated[
        str, typer.Argument(metavar="MODEL|DOCUMENT|URL", help="A model, a document id, or a URL.")
    ],
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Show what a model was made from, or what became of a document."""
    config = configured(profile, settings)
    from tasks.lineage import document_history, is_document

    lake, _ = _open(config)
    if is_document(what):
        rows = document_history(lake, what)
        if as_json:
            print_json(rows)
            return
        print_table(
            what, ["stage", "artifact", "outcome"], [[r["stage"], r["artifact"], r["outcome"]] for r in rows]
        )
        return
    from tasks.register.package import trace

    nodes = trace(lake, [_release(config, what)])
    if as_json:
        print_json(nodes)
        return
    rows_ = [
        [n["stage"], path, n["rows_in"], n["rows_out"], n["content_digest"][:12]] for path, n in nodes.items()
    ]
    print_table(what, ["stage", "artifact", "#rows in", "#rows out", "content"], rows_)


def generate(
    prompt: Annotated[str, typer.Argument(help="The text to go on from.")],
    model: Model = "champion",
    max_tokens: Annotated[int, typer.Option(help="Tokens to generate at most.")] = 64,
    temperature: Annotated[float, typer.Option(help="0 always takes the likeliest token.")] = 0.7,
    top_k: Annotated[int, typer.Option(help="Choose among so many tokens.")] = 50,
    top_p: Annotated[float, typer.Option(help="Choose among tokens of so much probability, 0 to 1.")] = 0.9,
    seed: Annotated[int, typer.Option(help="The same seed gives the same text.")] = 1,
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Continue a text with a registered model."""
    config = configured(profile, settings)
    folder = _model_folder(config, model)
    from sportslm_model.generation import generate as continue_text

    made = continue_text(
        folder, prompt, max_tokens=max_tokens, temperature=temperature, top_k=top_k, top_p=top_p, seed=seed
    )
    if as_json:
        print_json(
            {"prompt": prompt, "text": made.text, "tokens": len(made.ids), "stop_reason": made.stop_reason}
        )
        return
    print(f"{prompt}{made.text}")


def chat(
    model: Model = "champion",
    temperature: Annotated[float, typer.Option(help="0 always takes the likeliest token.")] = 0.0,
    max_tokens: Annotated[int, typer.Option(help="Tokens in an answer at most.")] = 64,
    profile: Profile = DEFAULT_PROFILE,
    settings: Settings = [],  # noqa: B006
) -> None:
    """Talk to a registered model; an empty line or Ctrl-D ends it."""
    config = configured(profile, settings)
    folder = _model_folder(config, model)
    import sys

    from sportslm_model.generation import ChatSession, Sampling

    session = ChatSession.open(folder, Sampling(temperature=temperature, max_tokens=max_tokens))
    if sys.stdin.isatty():
        print(
            "Ask about a game: paste its page, then `Question: Who won?` on the same line. Empty line to end."
        )
    while True:
        try:
            said = input("you> " if sys.stdin.isatty() else "")
        except EOFError:
            return
        if not said.strip():
            return
        _answer(session, said.replace("\\n", "\n"))


def _answer(session: Any, said: str) -> None:
    try:
        for piece in session.reply(said):
            print(piece, end="", flush=True)
        print()
    except ValueError as error:
        print(f"({error}; starting over)")
        session.reset()


def presets(as_json: Json = False) -> None:
    """List the model presets with exact parameter and FLOP counts."""
    from sportslm_model.presets import PRESETS, flops_per_token, num_parameters

    rows: list[dict[str, Any]] = [
        {
            "preset": name,
            **{name: getattr(shape, name) for name in SHAPE},
            "parameters": num_parameters(shape),
            "flops_per_token": flops_per_token(shape),
        }
        for name, shape in PRESETS.items()
    ]
    if as_json:
        print_json(rows)
        return
    columns = [
        "preset",
        "#layers",
        "#width",
        "#heads",
        "#FFN",
        "#context",
        "#vocab",
        "#parameters",
        "#MFLOP/token",
    ]
    shown = [[*list(row.values())[:-1], round(row["flops_per_token"] / 1e6)] for row in rows]
    print_table(
        "FLOPs: training, per token at full context; vocabulary: tokenizer.vocab_size", columns, shown
    )
