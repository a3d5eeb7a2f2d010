"""Bits per byte of byte n-gram references of several orders, on the held-out side of a folder of text files.

    python benchmarks/ngram.py FOLDER [--orders 3 4 5 6]

Every tenth file by name hash is held out. Prints one line an order: bits per byte and seconds.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tasks.evaluate.ngram import NgramModel
from tasks.mix.splits import Split, side_of

HELD_OUT = 0.1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="text files, one document each")
    parser.add_argument(
        "--orders", type=int, nargs="+", default=[3, 4, 5, 6], help="longest contexts, in bytes"
    )
    arguments = parser.parse_args()
    texts: dict[Split, list[str]] = {side: [] for side in Split}
    for path in sorted(arguments.folder.rglob("*.txt")):
        texts[side_of(path.name, 0, HELD_OUT)].append(path.read_text(encoding="utf-8", errors="replace"))
    num_bytes = sum(len(text.encode()) for text in texts[Split.VALIDATION])
    if not num_bytes or not texts[Split.TRAIN]:
        parser.error(f"{arguments.folder} has too few .txt files to hold some out")
    for order in arguments.orders:
        began = time.perf_counter()
        model = NgramModel(texts[Split.TRAIN], order)
        bits = sum(model.bits(text) for text in texts[Split.VALIDATION])
        print(f"order {order}: {bits / num_bytes:.4f} bits per byte, {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
