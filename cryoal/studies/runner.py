"""Carries a study out, several cells at once, on this machine or a cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dask
import torch
from distributed import Client, LocalCluster, as_completed

from cryoal.errors import CryoalError
from cryoal.runs.settings import RunSettings
from cryoal.studies.cell import Cell

CONNECT_SECONDS = 20
WORKER_ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": 2**33,
    "MALLOC_TRIM_THRESHOLD_": 2**34,
    "OMP_NUM_THREADS": 1,
}
"""Workers keep freed memory for the next training step. Dask's own setting gives it back at once:
each step then faults all of it in again and takes 1.7 times as long."""


@dataclass(frozen=True)
class Outcome:
    """What became of a cell.

    Attributes:
        cell: the cell.
        fault: one line where it failed, else None.
    """

    cell: Cell
    fault: str | None


def run_cells(
    cells: Sequence[Cell], settings: RunSettings, jobs: int, scheduler: str | None
) -> Iterator[Outcome]:
    """Run ``cells``, in their order as far as several at once allow.

    A cell that fails does not stop the others.

    Args:
        settings: that they share.
        jobs: cells at once on this machine; with 1 they run in this process.
        scheduler: address of a dask scheduler whose workers see the same files; None for here.

    Yields:
        Each cell when it has come to its end.

    Raises:
        CryoalError: the scheduler does not answer.
    """
    if scheduler is None and jobs == 1:
        for cell in cells:
            yield run_cell(cell, settings)
        return
    with connected(jobs, scheduler) as client:
        waiting = [
            client.submit(run_cell, cell, settings, pure=False, retries=1, priority=-place)
            for place, cell in enumerate(cells)
        ]
        place = {future.key: cell for future, cell in zip(waiting, cells, strict=True)}
        for future in as_completed(waiting):
            error = future.exception()
            if error is None:
                yield future.result()
            else:
                yield Outcome(place[future.key], f"{type(error).__name__}: {error}")


def run_cell(cell: Cell, settings: RunSettings) -> Outcome:
    """Run one cell to its end, or say in one line why it could not."""
    try:
        cell.run(settings)
    except (CryoalError, OSError, MemoryError) as error:
        return Outcome(cell, " ".join(str(error).split()) or type(error).__name__)
    return Outcome(cell, None)


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
