from __future__ import annotations

import numpy as np
import pytest

from cryoal.volumes.rescale import Rescale, faces

EDGE = 24


def gaussian(sigma: float) -> np.ndarray:
    place = np.indices((EDGE,) * 3) - (EDGE - 1) / 2
    return np.exp(-np.square(place).sum(axis=0) / (2 * sigma**2))


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.25])
def test_a_blob_becomes_as_much_wider(factor: float) -> None:
    scaled = Rescale(factor)(gaussian(2.0), "a")
    inner = (slice(4, -4),) * 3
    assert scaled[inner] == pytest.approx(gaussian(2.0 * factor)[inner], abs=5e-3)


def test_what_is_left_free_looks_like_the_edge() -> None:
    box = np.random.default_rng(0).normal(3, 2, (EDGE,) * 3)
    scaled = Rescale(0.5)(box, "a")
    free = np.ones(box.shape, dtype=bool)
    free[6:18, 6:18, 6:18] = False
    edge = box[faces(EDGE)]
    assert edge.size == EDGE**3 - (EDGE - 2) ** 3
    assert scaled[free].mean() == pytest.approx(edge.mean(), abs=0.1)
    assert scaled[free].std() == pytest.approx(edge.std(), rel=0.03)
    assert np.array_equal(scaled, Rescale(0.5)(box, "a"))
    assert not np.array_equal(scaled, Rescale(0.5)(box, "b"))


def test_one_changes_nothing() -> None:
    box = np.random.default_rng(0).standard_normal((9, 9, 9))
    assert Rescale(1.0)(box, "a") == pytest.approx(box, abs=1e-5)
