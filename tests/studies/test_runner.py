"""Cells on a real dask cluster of processes, and what becomes of those that fail."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.runs import RunSettings
from cryoal.studies import Arm, Cell, run_all
from cryoal.studies.runner import connected


def runs_of(cells: list[Cell], settings: RunSettings) -> list[partial[None]]:
    return [partial(cell.run, settings) for cell in cells]


def test_a_failed_cell_does_not_stop_the_others(tmp_path: Path, blobs: Path) -> None:
    cells = [Cell(tmp_path, Arm(name), 0) for name in ("mc-dropout", "random")]
    works = runs_of(cells, tiny_settings(blobs))
    (failed, fault), (fine, no_fault) = run_all(works, jobs=1, scheduler=None)
    assert (failed, fine) == (0, 1)
    assert "needs dropout" in (fault or "")
    assert no_fault is None
    assert len(cells[1].results()) == 3


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_several_at_once_give_what_one_after_the_other_gives(tmp_path: Path, blobs: Path) -> None:
    settings = tiny_settings(blobs, cycles=2)
    names = ("random", "margin", "mc-dropout")
    faults, counts = {}, {}
    for jobs in (1, 2):
        cells = [Cell(tmp_path / str(jobs), Arm(name), 0) for name in names]
        faults[jobs] = dict(run_all(runs_of(cells, settings), jobs, scheduler=None))
        counts[jobs] = [[row.query_counts for row in cell.results()] for cell in cells]
    assert faults[1] == faults[2]
    assert [fault is None for _, fault in sorted(faults[1].items())] == [True, True, False]
    assert counts[1] == counts[2]
    assert len(counts[1][0]) == 2


def test_a_scheduler_that_is_not_there(tmp_path: Path, blobs: Path) -> None:
    works = runs_of([Cell(tmp_path, Arm("random"), 0)], tiny_settings(blobs))
    with pytest.raises(CryoalError, match="no dask scheduler answers"):
        list(run_all(works, jobs=1, scheduler="tcp://127.0.0.1:1"))


def test_workers_keep_freed_memory() -> None:
    with connected(1, None) as client:
        (threshold,) = client.run(os.environ.get, "MALLOC_TRIM_THRESHOLD_").values()
    assert int(threshold) > 1e9
