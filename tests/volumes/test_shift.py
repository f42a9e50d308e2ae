from __future__ import annotations

import numpy as np
import pytest

from cryoal.volumes.shift import Shift, shifted


def gaussian(centre: np.ndarray, edge: int = 24, sigma: float = 2.0) -> np.ndarray:
    place = np.indices((edge,) * 3)
    squares = sum((place[axis] - centre[axis]) ** 2 for axis in range(3))
    return np.exp(-squares / (2 * sigma**2))


@pytest.mark.parametrize("edge", [8, 9])
def test_whole_voxels_are_a_roll(edge: int) -> None:
    box = np.random.default_rng(0).standard_normal((edge,) * 3).astype(np.float32)
    moved = shifted(box, np.array([1.0, -2.0, 3.0]))
    assert moved == pytest.approx(np.roll(box, (1, -2, 3), (0, 1, 2)), abs=1e-5)


def test_a_blob_moves_by_the_distance_in_a_direction_of_its_own() -> None:
    centre = np.array([12.0, 11.5, 12.5])
    box = gaussian(centre)
    vectors = []
    for name in ("a", "b"):
        moved = Shift(2.5)(box, name)
        place = np.indices(box.shape)
        found = np.array([(place[axis] * moved).sum() / moved.sum() for axis in range(3)])
        assert np.linalg.norm(found - centre) == pytest.approx(2.5, abs=0.01)
        assert moved == pytest.approx(gaussian(found), abs=2e-3)
        vectors.append(found - centre)
    assert np.linalg.norm(vectors[0] - vectors[1]) > 0.1
    assert np.array_equal(Shift(2.5)(box, "a"), Shift(2.5)(box, "a"))


def test_all_directions_are_met() -> None:
    box = gaussian(np.full(3, 12.0))
    place = np.indices(box.shape)
    found = []
    for number in range(60):
        moved = Shift(2)(box, str(number))
        found.append([(place[axis] * moved).sum() / moved.sum() - 12 for axis in range(3)])
    means = np.mean(found, axis=0)
    assert (np.abs(means) < 4 * 2 / np.sqrt(3 * 60)).all()
    assert np.square(found).mean(axis=0) == pytest.approx(np.full(3, 4 / 3), rel=0.5)
