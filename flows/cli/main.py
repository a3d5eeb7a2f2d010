"""Entry point of ``sportslm``. Commands import what they need when they run, so that ``--help`` is quick."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from flows.cli import data, models, ops, run, sources

app = typer.Typer(
    help="Build a language model for sports, and keep it fresh.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run.add_to(app)
data.add_to(app)
sources.add_to(app)
models.add_to(app)
ops.add_to(app)

USER_ERROR = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line: one clear line and exit code 2 for a mistake the user can mend."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        app()
    except ValueError as error:
        _say(error, debug)
        sys.exit(USER_ERROR)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, KeyboardInterrupt) or stop.code == INTERRUPTED:
            print(
                "interrupted; finished shards and checkpoints are kept: run again to go on", file=sys.stderr
            )
            sys.exit(INTERRUPTED)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        _say(error, debug)
        sys.exit(1)


def _say(error: Exception, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    lines = str(error).strip() or type(error).__name__
    print(f"sportslm: {lines}", file=sys.stderr)
    if not debug and not isinstance(error, ValueError):
        print(f"  ({type(error).__name__}; add --debug for the traceback)", file=sys.stderr)


if __name__ == "__main__":
    main()
