"""Draws and distances of k-means++ against plain double-precision ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from cryoal.diversity import DenseRows, FactoredRows, k_means_plus_plus


def both(count: int, seed: int, left: int = 3, right: int = 5) -> tuple[FactoredRows, torch.Tensor]:
    """Factored rows, and the same as a float64 matrix."""
    generator = torch.Generator().manual_seed(seed)
    scales = 10 ** (2 * torch.rand(count, 1, generator=generator) - 1)
    factors = (
        scales * torch.randn(count, left, generator=generator),
        1 + torch.randn(count, right, generator=generator),
    )
    outer = torch.einsum("nc,nd->ncd", factors[0].double(), factors[1].double()).flatten(1)
    return FactoredRows(*factors), outer


@settings(deadline=None, max_examples=60)
@given(
    count=st.integers(1, 60),
    left=st.integers(1, 12),
    right=st.integers(1, 40),
    seed=st.integers(0, 999),
)
def test_distances_are_those_of_the_explicit_rows(
    count: int, left: int, right: int, seed: int
) -> None:
    factored, outer = both(count, seed, left, right)
    squares = outer.square().sum(1).numpy()
    for rows in (factored, DenseRows(outer.float())):
        assert np.allclose(rows.squared_norms, squares, rtol=1e-4)
        for to in (0, count - 1):
            wanted = cdist(outer.numpy(), outer[to : to + 1].numpy(), "sqeuclidean")[:, 0]
            found = rows.squared_distances(torch.arange(count), torch.tensor([to]))[:, 0]
            assert (found >= 0).all()
            assert found[to] == 0
            assert np.allclose(found, wanted, rtol=1e-4, atol=3e-6 * (squares + squares[to]).max())


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 40), k=st.integers(1, 45), seed=st.integers(0, 999))
def test_dense_and_factored_rows_are_drawn_alike(count: int, k: int, seed: int) -> None:
    factored, outer = both(count, seed)
    chosen = k_means_plus_plus(factored, k, seed)
    assert len(np.unique(chosen)) == len(chosen) == min(k, count)
    assert chosen[0] == outer.square().sum(1).argmax()
    # Differs only where a draw falls on the border of two rows to rounding.
    assert np.array_equal(chosen[:3], k_means_plus_plus(DenseRows(outer.float()), k, seed)[:3])


def test_odds_are_the_squared_distances() -> None:
    rows, outer = both(6, 1)
    first = int(outer.square().sum(1).argmax())
    counts = np.bincount([k_means_plus_plus(rows, 2, seed)[1] for seed in range(4000)], minlength=6)
    exact = (outer - outer[first]).square().sum(1).numpy()
    assert counts / 4000 == pytest.approx(exact / exact.sum(), abs=0.03)


def test_equal_rows_are_drawn_once_before_all_are() -> None:
    distinct = 100 + torch.randn(4, 64, generator=torch.Generator().manual_seed(0))
    rows = DenseRows(distinct.repeat(25, 1))
    for seed in range(20):
        assert set(k_means_plus_plus(rows, 4, seed) % 4) == {0, 1, 2, 3}


def test_rows_that_are_all_equal_are_drawn_uniformly() -> None:
    rows = DenseRows(torch.zeros(5, 3))
    seconds = [int(row) for seed in range(200) for row in k_means_plus_plus(rows, 2, seed)]
    assert np.bincount(seconds, minlength=5).min() > 40
