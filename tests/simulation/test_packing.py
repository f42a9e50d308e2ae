from __future__ import annotations

import numpy as np

from cryoal.simulation.packing import Packing


def ball(radius: int) -> np.ndarray:
    grid = np.indices((2 * radius + 4,) * 3) - (radius + 2)
    return (grid**2).sum(axis=0) <= radius**2


def test_objects_stay_in_the_slab_and_off_each_other() -> None:
    packing = Packing((30, 40, 50), (5, 25))
    generator = np.random.default_rng(0)
    placed = []
    while (place := packing.place(ball(4), len(placed) + 1, generator, margin_px=8)) is not None:
        placed.append(place)
    assert len(placed) > 15
    taken = np.argwhere(packing.instances > 0)
    assert taken[:, 0].min() >= 5
    assert taken[:, 0].max() < 25
    centres = np.array(placed)
    assert centres[:, 1:].min() >= 8
    assert (centres[:, 1:].max(axis=0) <= [32, 42]).all()
    # Each is whole, where it says, and a voxel from the next.
    for number, centre in enumerate(placed, start=1):
        own = np.argwhere(packing.instances == number)
        assert len(own) == ball(4).sum()
        np.testing.assert_allclose(own.mean(axis=0), centre, atol=1e-9)
    distances = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
    assert distances[np.triu_indices(len(placed), 1)].min() > 8


def test_what_is_too_thick_for_the_slab_is_not_placed() -> None:
    packing = Packing((30, 40, 50), (12, 19))
    assert packing.place(ball(4), 1, np.random.default_rng(0)) is None
    assert not packing.instances.any()


def test_at_a_place_only_where_it_is_free_and_cut_at_the_sides() -> None:
    packing = Packing((20, 20, 20), (0, 20))
    assert packing.place_at(ball(4), np.array([-6, 4, 4]), 1)
    half = int((packing.instances == 1).sum())
    assert 0 < half < ball(4).sum()
    assert not packing.place_at(ball(4), np.array([-2, 4, 4]), 2)
    assert packing.place_at(ball(4), np.array([6, 8, 8]), 2)
