"""Schemes compared on masks, by mIoU."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from cryoal_cli.compare import compare
from scenes import (
    TINY_SCENES,
    open_scenes,
    scene_preparation,
    small_segmentation,
    write_scenes,
)

from cryoal.gradnorm.reference import gradient_norms as slow_gradient_norms
from cryoal.learning.devices import make_fabric
from cryoal.strategies import Workshop
from cryoal.studies.plan import cells_there
from cryoal.studies.true_gradients import true_gradient_norms

STUDY = f"""
model: compact-segmentation
initial: 3
budget: 2
cycles: 2
device: cpu
recipe:
  min_steps: {TINY_SCENES.min_steps}
  min_epochs: 1
  batch_size: 2
study:
  schemes: [random, entropy]
  seeds: 1
"""


def test_true_norms_are_those_of_the_mask(tmp_path: Path) -> None:
    pool = open_scenes(write_scenes(tmp_path))
    model, preparation = small_segmentation(pool), scene_preparation(pool)
    workshop = Workshop(model, preparation, make_fabric("cpu", "32-true"), lambda _seed: model)
    items = np.array([5, 2, 9])
    norms = true_gradient_norms(workshop, items, np.zeros(3, np.int64), "sum")
    for item, norm in zip(items, norms, strict=True):
        mask = pool.masks([item])

        def loss(logits: torch.Tensor, mask: torch.Tensor = mask) -> torch.Tensor:
            right = logits.log_softmax(1).gather(1, mask.clamp_min(0)[:, None])[:, 0]
            return -right[mask >= 0].mean()[None]

        slow = slow_gradient_norms(model, preparation(pool.read([item])), loss)
        assert float(norm) == pytest.approx(float(slow), rel=1e-3)


def test_schemes_are_compared_by_miou(tmp_path: Path) -> None:
    data = write_scenes(tmp_path / "scenes")
    config = tmp_path / "study.yaml"
    config.write_text(f"data: {data}\n{STUDY}")
    out = tmp_path / "study"
    done = CliRunner().invoke(compare, ["--config", str(config), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "mIoU" in (out / "report" / "verdict.txt").read_text()
    rows = [row for cell in cells_there(out, ()) for row in cell.results()]
    assert {row.scheme for row in rows} == {"random", "entropy", "all-labels"}
    assert all(row.miou is not None and 0 <= row.miou < row.accuracy for row in rows)
    overlaps = [row.overlap_true_gradnorm for row in rows if row.cycle == 1]
    assert sum(overlap is not None for overlap in overlaps) == 2
    assert {row.query_counts for row in rows} == {None}
    assert {row.chance for row in rows} == {None}
