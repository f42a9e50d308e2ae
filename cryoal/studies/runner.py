"""Carries the work of a study out, several at once, on this machine or a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import dask
import torch
from distributed import Client, LocalCluster, as_completed

from cryoal.errors import CryoalError

CONNECT_SECONDS = 20
WORKER_ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": 2**33,
    "MALLOC_TRIM_THRESHOLD_": 2**34,
    "OMP_NUM_THREADS": 1,
}
"""Workers keep freed memory for the next training step. Dask's own setting gives it back at once:
each step then faults all of it in again and takes 1.7 times as long."""


def run_all(
    works: Sequence[Callable[[], None]], jobs: int, scheduler: str | None
) -> Iterator[tuple[int, str | None]]:
    """Carry out ``works``, in their order as far as several at once allow.

    One that fails does not stop the others.

    Args:
        works: such as the running of a cell; other processes must be able to take them.
        jobs: how many at once on this machine; with 1 they run in this process.
        scheduler: address of a dask scheduler whose workers see the same files; None for here.

    Yields:
        The place of each when it has come to its end, and one line where it failed.

    Raises:
        CryoalError: the scheduler does not answer.
    """
    if scheduler is None and jobs == 1:
        for place, work in enumerate(works):
            yield place, attempt(work)
        return
    with connected(jobs, scheduler) as client:
        waiting = [
            client.submit(attempt, work, pure=False, retries=1, priority=-place)
            for place, work in enumerate(works)
        ]
        places = {future.key: place for place, future in enumerate(waiting)}
        for future in as_completed(waiting):
            error = future.exception()
            fault = future.result() if error is None else f"{type(error).__name__}: {error}"
            yield places[future.key], fault


def attempt(work: Callable[[], None]) -> str | None:
    """Do ``work``, or say in one line why it could not be done."""
    try:
        work()
    except (CryoalError, OSError, MemoryError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return None


@contextmanager
def connected(jobs: int, scheduler: str | None) -> Iterator[Client]:
    """A client of the scheduler, or of ``jobs`` processes on this machine that end with it."""
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError, TimeoutError) as error:
            raise CryoalError(
                f"--scheduler {scheduler}: no dask scheduler answers there ({error})"
            ) from error
        with client:
            yield client
        return
    threads = max(1, (os.cpu_count() or 1) // jobs)
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": WORKER_ENVIRONMENT}),
        LocalCluster(
            # A port of its own: on the usual one another study's cluster may listen.
            n_workers=jobs,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
        ) as cluster,
        Client(cluster) as client,
    ):
        client.run(torch.set_num_threads, threads)
        yield client
