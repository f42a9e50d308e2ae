"""The curvature against matrices that are written out."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from small_pools import bars, small_model
from torch import nn
from written_out import gauss_newton_matrix

from cryoal.analyses.flat_model import FlatModel
from cryoal.analyses.gauss_newton import TOLERANCE, GaussNewton


@pytest.mark.parametrize("axes", [2, 3], ids=["images", "volumes"])
def test_products_are_those_of_the_matrix(axes: int) -> None:
    pool = bars(7, axes=axes)
    model, x = small_model(pool.item_shape, classes=3).double(), pool.items.double()
    # Parts of unequal size: the mean is over items, not over batches.
    curvature = GaussNewton(FlatModel(model), x.split(3), damping=0.3)
    vector = torch.randn(
        len(curvature.model.vector), generator=torch.Generator().manual_seed(1), dtype=x.dtype
    )
    torch.testing.assert_close(curvature.times(vector), gauss_newton_matrix(model, x, 0.3) @ vector)


def test_it_is_the_hessian_where_logits_are_linear() -> None:
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(20, 4, generator=generator, dtype=torch.float64)
    labels = torch.arange(20) % 3
    model = nn.Linear(4, 3).double()
    flat = FlatModel(model)
    hessian = torch.autograd.functional.hessian(
        lambda v: F.cross_entropy(flat.logits(v, x), labels), flat.vector
    )
    curvature = GaussNewton(flat, [x], damping=0.01)
    columns = [curvature.times(unit) for unit in torch.eye(15, dtype=torch.float64)]
    exact = hessian + 0.01 * torch.eye(15, dtype=torch.float64)
    torch.testing.assert_close(torch.stack(columns, 1), exact)


@pytest.mark.parametrize("damping", [1.0, 0.01])
def test_solutions_are_those_of_the_matrix(damping: float) -> None:
    pool = bars(6, axes=2)
    model, x = small_model(pool.item_shape, classes=3).double(), pool.items.double()
    curvature = GaussNewton(FlatModel(model), x.split(4), damping)
    right = torch.randn(
        len(curvature.model.vector), generator=torch.Generator().manual_seed(3), dtype=x.dtype
    )
    calls: list[tuple[int, int]] = []
    solution = curvature.solve(right, lambda done, most: calls.append((done, most)))
    matrix = gauss_newton_matrix(model, x, damping).numpy()
    exact = np.linalg.solve(matrix, right.numpy())
    assert solution.residual <= TOLERANCE * 1.01
    residual = np.linalg.norm(right.numpy() - matrix @ solution.vector.numpy())
    assert solution.residual == pytest.approx(residual / np.linalg.norm(right.numpy()), abs=1e-9)
    far = np.linalg.norm(solution.vector.numpy() - exact) / np.linalg.norm(exact)
    assert far < TOLERANCE * np.linalg.cond(matrix)
    assert solution.iterations == len(calls) == calls[-1][0]


def test_nothing_to_solve() -> None:
    pool = bars(3, axes=2)
    flat = FlatModel(small_model(pool.item_shape, classes=3))
    solution = GaussNewton(flat, [pool.items], 0.1).solve(torch.zeros_like(flat.vector))
    assert not solution.vector.any()
    assert solution.residual == 0
