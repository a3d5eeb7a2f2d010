"""Where shards run: ``serial`` in this process, ``processes`` on this machine, ``dask`` on a cluster.

Each engine is a ``concurrent.futures``-shaped executor. Same shards, same bytes, whichever engine and however
many workers. An engine lives as long as the process, so that a run pays for its workers once.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field


class EngineConfig(BaseModel):
    """Where the shards of a stage run. None of this changes what they make."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["serial", "processes", "dask"] = Field(
        "processes",
        description="serial: in this process; processes: a pool on this machine; dask: a cluster.",
    )
    num_workers: int = Field(0, ge=0, le=1024, description="Processes in the pool; 0 means one per core.")
    address: str = Field("", description="Address of a Dask scheduler; empty starts one on this machine.")


class Submits(Protocol):
    """The part of an executor that we use; Dask's has it too."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]: ...


class SerialExecutor(Executor):
    """Runs each call at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as every executor: the future carries it to whoever asks
            future.set_exception(error)
        return future


class EngineError(RuntimeError):
    """A worker died (killed, or out of memory): the shards it finished are kept, the rest can be retried."""


_running: dict[EngineConfig, tuple[Submits, Callable[[], None]]] = {}


def executor(config: EngineConfig) -> Submits:
    """Return the running executor for a configuration, starting it on first use.

    Raises:
        ValueError: if ``dask`` is asked for and not installed.
    """
    if config not in _running:
        _running[config] = _start(config)
    return _running[config][0]


def _start(config: EngineConfig) -> tuple[Submits, Callable[[], None]]:
    if config.kind == "serial":
        return SerialExecutor(), lambda: None
    if config.kind == "dask":
        return _start_dask(config)
    # forkserver: workers start from a clean process, never from a copy of one with threads and locks held.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pyarrow.parquet", "tasks.schema"])
    pool = ProcessPoolExecutor(config.num_workers or os.cpu_count() or 1, mp_context=context)

    def stop() -> None:
        workers = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:  # a shard in flight is not worth waiting for: it is redone
            worker.terminate()

    return pool, stop


def _start_dask(config: EngineConfig) -> tuple[Submits, Callable[[], None]]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ValueError("engine.kind=dask needs dask: pip install 'sportslm[dask]'") from error
    cluster = None
    if not config.address:
        workers = config.num_workers or os.cpu_count() or 1
        cluster = LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        )
    client = Client(cluster or config.address)

    def stop() -> None:
        client.close()
        if cluster is not None:
            cluster.close()

    return client.get_executor(pure=False), stop


def run_all(
    config: EngineConfig, fn: Callable[..., Any], calls: dict[str, tuple[Any, ...]]
) -> Iterator[tuple[str, Any]]:
    """Run ``fn`` on every call and yield (name, result) as they finish.

    Raises:
        EngineError: if a worker process died.
        Exception: what ``fn`` raised; the calls not yet started are dropped.
    """
    pool = executor(config)
    futures: dict[Future[Any], str] = {}
    try:
        if config.kind == "serial":
            for name, call in calls.items():
                yield name, pool.submit(fn, *call).result()
            return
        futures = {pool.submit(fn, *call): name for name, call in calls.items()}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool as error:
        stop(config)
        raise EngineError(
            "a worker process died (killed, or out of memory); finished shards are kept: run again, "
            "with fewer workers if memory was short (engine.num_workers)"
        ) from error
    except BaseException:  # failed, cancelled or interrupted: nothing of this run goes on working
        stop(config)
        raise


def stop(config: EngineConfig | None = None) -> None:
    """Stop one engine, or all of them; the next use starts it again."""
    for key in [config] if config else list(_running):
        entry = _running.pop(key, None)
        if entry is not None:
            entry[1]()


atexit.register(stop)
