"""What a training container executes: ``python -m sportslm_model.entry [--root /opt/ml]``.

Reads the job's files and nothing else. Exit codes: 0 done; 1 failed, why is in ``output/failure``;
75 stopped by SIGTERM after saving a checkpoint: run it again to go on.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from pydantic import ValidationError

from .config import AlignConfig, EvaluateConfig, PretrainConfig, SftConfig
from .job import EXIT_RESUME, JobFolder, Stopped

DEFAULT_ROOT = Path("/opt/ml")


def main(arguments: list[str] | None = None) -> int:
    """Run the job described under ``--root``; return its exit code."""
    parser = argparse.ArgumentParser(prog="sportslm_model.entry", description=__doc__)
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="the job's folder (default: /opt/ml)")
    # Threads spin a little for each other, then sleep. Spinning for long made 2 threads 4 times slower on a
    # busy machine (480, 2,157 tokens/s), sleeping at once 1.6 times slower on an idle one (96, 60 ms a step).
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    job = JobFolder(parser.parse_args(arguments).root)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Before torch is imported: a stop that comes early must not kill the process half-way.
    job.stop.listen()
    try:
        run(job)
    except Stopped as stopped:
        logging.info("%s", stopped)
        return EXIT_RESUME
    except (ValueError, OSError) as error:
        _fail(job, _one_line(error))
        return 1
    except Exception as error:
        logging.exception("the job failed")
        _fail(job, f"{type(error).__name__}: {_one_line(error)}")
        return 1
    return 0


def run(job: JobFolder) -> None:
    """Do what the job's hyperparameters say.

    Raises:
        Stopped: if the stop signal came and the state is saved.
        ValueError: if a setting or an input is unusable.
    """
    job.failure.unlink(missing_ok=True)
    _, config = job.read_config()
    # torch is imported here, per job.
    if isinstance(config, PretrainConfig):
        from .training.pretrain import run_pretrain

        run_pretrain(job, config)
    elif isinstance(config, SftConfig):
        from .training.sft import run_sft

        run_sft(job, config)
    elif isinstance(config, AlignConfig):
        from .training.align import run_align

        run_align(job, config)
    elif isinstance(config, EvaluateConfig):
        from .evaluation.job import run_evaluate

        run_evaluate(job, config)


def _fail(job: JobFolder, reason: str) -> None:
    print(f"sportslm_model: {reason}", file=sys.stderr)
    job.failure.write_text(reason + "\n", "utf-8")


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return " ".join(str(error).split())


if __name__ == "__main__":
    sys.exit(main())
