"""Text to kept ids: ours beside datasketch, rensa and datatrove, on the same documents, in one run.

    python -m venv peers
    peers/bin/pip install datasketch==2.0.0 xxhash rensa pyarrow 'datatrove[io,processing]' spacy
    python benchmarks/dedup.py [--documents 20000] [--rounds 3] [--peers peers/bin/python]

Each is a process of its own with one thread, given the same texts in memory (datatrove: as JSON lines on
disk, which is how it works), after a run on a few to load and compile what is loaded and compiled once. CPU
seconds, medians of rounds in turns. Then: are our signatures datasketch's, bit for bit, on the same 32-bit
shingle hashes; and do two of our processes do the work of one in half the time.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

THRESHOLD, PERMUTATIONS, SHINGLE_WORDS = 0.7, 128, 5
BARS = {"datasketch": 20.0, "rensa": 5.0, "datatrove": 100.0}
MIN_SCALING = 1.7
WORD = re.compile(r"\w+")


def main() -> int:
    """Measure; return 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=450)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--signatures", type=int, default=100_000, help="signatures compared bit for bit")
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--child", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        name, path = options.child
        print(json.dumps(CHILDREN[name](Path(path))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus.parquet")
        write_corpus(corpus, options.documents, options.words)
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in CHILDREN}
        for _ in range(options.rounds):
            for name, results in found.items():
                python = sys.executable if name == "ours" else options.peers
                results.append(child(python, name, corpus))
        ok = show(found, options.documents)
        ok = same_signatures(options.signatures) and ok
        return 0 if two_processes(corpus) and ok else 1


def show(found: dict[str, list[dict[str, Any]]], documents: int) -> bool:
    """Print the table; return whether every bar is reached."""
    ours = median(result["cpu_s"] for result in found["ours"])
    print(f"{'':20} {'documents a CPU-s':>18} {'ours / its':>11} {'bar':>6} {'removed':>8}")
    reached = True
    for name, results in found.items():
        seconds = median(result["cpu_s"] for result in results)
        bar = BARS.get(name)
        reached = reached and (bar is None or seconds / ours >= bar)
        print(
            f"{name:20} {documents / seconds:>18,.0f} {seconds / ours:>11.1f} {bar or '':>6} "
            f"{documents - results[0]['kept']:>8,}"
        )
    return reached


def child(python: str, name: str, corpus: Path) -> dict[str, Any]:
    """Run one in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [python, __file__, "--child", name, str(corpus)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{name} failed (are the peers installed? see --help):\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


ROOT = Path(__file__).resolve().parents[1]


def write_corpus(path: Path, documents: int, words: int) -> None:
    """Write texts of which some repeat an earlier one with words changed."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sys.path.insert(0, str(ROOT / "benchmarks" / "campaigns"))
    from dedup_scale import write_corpus as write

    write(path.parent, documents, seed=1, words=words, num_snapshots=1)
    files = sorted(path.parent.glob("clean-0*.parquet"))
    pq.write_table(pa.concat_tables([pq.read_table(file, columns=["text"]) for file in files]), path)


def texts_of(path: Path) -> Any:
    """Return the texts as an Arrow column."""
    import pyarrow.parquet as pq

    return pq.read_table(path).column("text")


def timed(work: Callable[[Any], int], texts: Any) -> dict[str, Any]:
    """Return CPU seconds and what was kept, after a run on a few."""
    work(texts.slice(0, 200))
    began = time.process_time()
    kept = work(texts)
    return {"cpu_s": time.process_time() - began, "kept": kept}


# -- each one's way ------------------------------------------------------------------------------------


def ours(path: Path) -> dict[str, Any]:
    """Our steps, in memory: sign, find candidates, verify, decide."""
    return timed(lambda texts: len(texts) - len(removed(texts)), texts_of(path))


def removed(texts: Any) -> dict[int, Any]:
    """Return what ``decide`` removes of texts in arrival order."""
    import numpy as np
    import pyarrow as pa

    from tasks.dedup.candidates import bucket_pairs
    from tasks.dedup.config import DedupConfig
    from tasks.dedup.decide import removals_of
    from tasks.dedup.kernel import compiled_sets, compiled_signatures, compiled_similarities
    from tasks.dedup.minhash import band_keys, permutations
    from tasks.dedup.sign import text_keys
    from tasks.schema import VERIFIED

    config = DedupConfig()
    chosen = permutations(config.num_permutations, config.seed)
    signatures = compiled_signatures(texts, config.shingle_words, chosen)
    keys = [text_keys(texts), *band_keys(signatures, config.num_bands, config.rows_per_band)]
    codes = [
        part.astype(np.uint64) @ np.array([2**32, 1], np.uint64)
        for column in keys
        for part in bucket_pairs([], 0, column, config.max_candidates)
    ]
    found = np.unique(np.concatenate([np.zeros(0, np.uint64), *codes]))
    later, earlier = (
        (found >> np.uint64(32)).astype(np.int64),
        (found & np.uint64(2**32 - 1)).astype(np.int64),
    )
    places = np.union1d(later, earlier)
    sets = compiled_sets(texts.take(places), config.shingle_words)
    scores = compiled_similarities(*sets, np.searchsorted(places, later), np.searchsorted(places, earlier))
    enough = scores >= config.threshold
    columns = [later[enough], earlier[enough], scores[enough], scores[enough] == 1]
    return removals_of(pa.table(columns, schema=VERIFIED))


def shingles(text: str) -> Iterator[str]:
    """Yield runs of five lower-cased words."""
    words = WORD.findall(text.lower())
    for start in range(max(1, len(words) - SHINGLE_WORDS + 1)):
        yield " ".join(words[start : start + SHINGLE_WORDS])


def datasketch_default(path: Path) -> dict[str, Any]:
    """datasketch as its documentation shows it: SHA-1."""
    return timed(lambda texts: sketched(texts, None), texts_of(path))


def datasketch_xxhash(path: Path) -> dict[str, Any]:
    """datasketch with a faster hash."""
    import xxhash

    return timed(lambda texts: sketched(texts, xxhash.xxh32_intdigest), texts_of(path))


def sketched(texts: Any, hashfunc: Callable[[bytes], int] | None) -> int:
    """Return how many datasketch keeps: query, then insert."""
    from datasketch import MinHash, MinHashLSH

    index, kept = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), 0
    options: dict[str, Any] = {"hashfunc": hashfunc} if hashfunc else {}
    for number, text in enumerate(texts.to_pylist()):
        minhash = MinHash(num_perm=PERMUTATIONS, **options)
        minhash.update_batch([shingle.encode() for shingle in set(shingles(text))])
        if not index.query(minhash):
            index.insert(number, minhash, check_duplication=False)
            kept += 1
    return kept


def rensa(path: Path) -> dict[str, Any]:
    """rensa as its documentation shows it."""
    return timed(with_rensa, texts_of(path))


def with_rensa(texts: Any) -> int:
    """Return how many rensa keeps: query, then insert."""
    from rensa import RMinHash, RMinHashLSH

    index, kept = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16), 0
    for number, text in enumerate(texts.to_pylist()):
        minhash = RMinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update(list(shingles(text)))
        if not index.query(minhash):
            index.insert(number, minhash)
            kept += 1
    return kept


def datatrove(path: Path) -> dict[str, Any]:
    """datatrove's four stages, one task each, in this process."""
    import logging

    from loguru import logger

    logger.remove()
    logging.disable(logging.CRITICAL)
    texts = texts_of(path).to_pylist()
    with tempfile.TemporaryDirectory() as folder:
        with_datatrove(texts[:200], Path(folder, "warm"))
        began = time.process_time()
        kept = with_datatrove(texts, Path(folder, "whole"))
        return {"cpu_s": time.process_time() - began, "kept": kept}


def with_datatrove(texts: list[str], folder: Path) -> int:
    """Return how many datatrove keeps."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup.minhash import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )  # fmt: skip
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter

    (folder / "in").mkdir(parents=True)
    lines = (json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(texts))
    (folder / "in" / "a.jsonl").write_text("".join(lines), "utf-8")
    config, place = MinhashConfig(), str(folder)
    reader = JsonlReader(f"{place}/in")
    out = JsonlWriter(f"{place}/out", compression=None)
    for number, steps in enumerate(
        (
            [reader, MinhashDedupSignature(output_folder=f"{place}/sig", config=config)],
            [MinhashDedupBuckets(f"{place}/sig", f"{place}/buckets", config=config)],
            [MinhashDedupCluster(f"{place}/buckets", f"{place}/remove", config=config)],
            [reader, MinhashDedupFilter(f"{place}/remove"), out],
        )
    ):
        tasks = config.num_buckets if number == 1 else 1
        LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=f"{place}/logs/{number}").run()
    return sum(1 for file in (folder / "out").glob("*.jsonl") for _ in file.open())


CHILDREN: dict[str, Callable[[Path], dict[str, Any]]] = {
    "ours": ours,
    "datasketch": datasketch_default,
    "datasketch-xxhash": datasketch_xxhash,
    "rensa": rensa,
    "datatrove": datatrove,
}


def same_signatures(count: int) -> bool:
    """Tell whether our signatures are datasketch's on the same shingle hashes, document by document."""
    import numpy as np
    import pyarrow as pa
    from datasketch import MinHash

    from tasks.dedup.kernel import compiled_signatures
    from tasks.dedup.minhash import permutations
    from tasks.dedup.shingles import shingle_hashes

    rng = np.random.default_rng(2)
    texts = [" ".join(map(str, rng.integers(0, 500, rng.integers(0, 60)))) for _ in range(count)]
    found = compiled_signatures(
        pa.chunked_array([texts], pa.string()), SHINGLE_WORDS, permutations(PERMUTATIONS, 1)
    )
    hashes, offsets = shingle_hashes(texts, SHINGLE_WORDS)
    short = (hashes >> np.uint64(32)).astype(np.uint32).tolist()
    equal = 0
    for number in range(count):
        minhash = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32", hashfunc=lambda value: value)
        minhash.update_batch(short[offsets[number] : offsets[number + 1]])
        equal += bool((minhash.hashvalues.astype(np.uint32) == found[number]).all())
    print(f"signatures equal to datasketch's: {equal:,} of {count:,}")
    return equal == count


def two_processes(corpus: Path) -> bool:
    """Tell whether two processes sign the same texts nearly twice as fast as one, on the wall clock."""
    from concurrent.futures import ProcessPoolExecutor

    rates = {}
    for workers in (1, 2):
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(signed, [(corpus, 0, 200)] * workers * 2))  # started, loaded and compiled
            began = time.monotonic()
            list(pool.map(signed, [(corpus, part, 5_000) for part in range(16)]))
            rates[workers] = 1 / (time.monotonic() - began)
    ratio = rates[2] / rates[1]
    print(f"two processes: {ratio:.2f} times one (bar {MIN_SCALING})")
    return ratio >= MIN_SCALING


def signed(call: tuple[Path, int, int]) -> int:
    """Sign some texts."""
    path, part, count = call
    texts = texts_of(path)
    return len(texts) - len(removed(texts.slice(part * count % max(1, len(texts) - count), count)))


if __name__ == "__main__":
    sys.exit(main())
