"""Cells on a real dask cluster of processes, and what becomes of those that fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny_runs import tiny_settings

from cryoal.errors import CryoalError
from cryoal.studies import Arm, Cell, run_cells
from cryoal.studies.runner import connected


def test_a_failed_cell_does_not_stop_the_others(tmp_path: Path, blobs: Path) -> None:
    cells = [Cell(tmp_path, Arm(name), 0) for name in ("mc-dropout", "random")]
    failed, fine = run_cells(cells, tiny_settings(blobs), jobs=1, scheduler=None)
    assert failed.cell.arm.scheme == "mc-dropout"
    assert "needs dropout" in (failed.fault or "")
    assert fine.fault is None
    assert len(fine.cell.results()) == 3


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_several_at_once_give_what_one_after_the_other_gives(tmp_path: Path, blobs: Path) -> None:
    settings = tiny_settings(blobs, cycles=2)
    names = ("random", "margin", "mc-dropout")
    outcomes = {}
    for jobs in (1, 2):
        cells = [Cell(tmp_path / str(jobs), Arm(name), 0) for name in names]
        outcomes[jobs] = {
            one.cell.arm.name: one for one in run_cells(cells, settings, jobs, scheduler=None)
        }
    assert outcomes[2].keys() == set(names)
    assert outcomes[2]["mc-dropout"].fault == outcomes[1]["mc-dropout"].fault
    for name in ("random", "margin"):
        one, other = (
            [row.query_counts for row in outcomes[jobs][name].cell.results()] for jobs in (1, 2)
        )
        assert one == other


def test_a_scheduler_that_is_not_there(tmp_path: Path, blobs: Path) -> None:
    cells = [Cell(tmp_path, Arm("random"), 0)]
    with pytest.raises(CryoalError, match="no dask scheduler answers"):
        list(run_cells(cells, tiny_settings(blobs), jobs=1, scheduler="tcp://127.0.0.1:1"))


def test_workers_keep_freed_memory() -> None:
    with connected(1, None) as client:
        (threshold,) = client.run(os.environ.get, "MALLOC_TRIM_THRESHOLD_").values()
    assert int(threshold) > 1e9
