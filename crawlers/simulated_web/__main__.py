"""``python -m crawlers.simulated_web dump|serve``: write the simulated pages to files, or serve them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from crawlers.simulated_web.web import DEMO_SOURCES, SITES, SimulatedWeb, dump_path


def dump(web: SimulatedWeb, out: Path) -> int:
    """Write every crawlable page's body and ``truth.json``; return how many pages."""
    pages = [page for page in web.pages.values() if page.role == "page"]
    for page in pages:
        path = out / dump_path(web.sources[page.url], page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page.body)
    out.mkdir(parents=True, exist_ok=True)
    (out / "truth.json").write_text(json.dumps(web.truth(), ensure_ascii=False, indent=1), encoding="utf-8")
    return len(pages)


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m crawlers.simulated_web", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("dump", "serve"):
        command = commands.add_parser(name)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--matchday", type=int, default=14)
        command.add_argument("--sources", nargs="+", choices=SITES, default=DEMO_SOURCES, metavar="SOURCE")
    commands.choices["dump"].add_argument("--out", type=Path, required=True)
    commands.choices["serve"].add_argument("--port", type=int, default=0, help="0: any free port")
    commands.choices["serve"].add_argument(
        "--log", type=Path, help="file for a line on each request: seconds, status, body bytes, URL"
    )
    options = parser.parse_args(arguments)
    try:
        web = SimulatedWeb(options.seed, options.matchday, options.sources)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if options.command == "dump":
        print(f"{dump(web, options.out)} pages and truth.json in {options.out}")
        return 0
    from crawlers.simulated_web.server import serve

    return serve(web, options.port, options.log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
