from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from cryoal.simulation.membrane import Vesicle

BALL = Vesicle(np.array([30.0, 28, 26]), np.array([18.0, 18, 18]), Rotation.identity(), 5.0)
EGG = Vesicle(
    np.array([30.0, 28, 26]),
    np.array([22.0, 14, 10]),
    Rotation.from_euler("z", 30, degrees=True),
    5.0,
)


def test_two_leaflets_36_A_apart_at_the_radius() -> None:
    along_x = np.array([[30.0 + r, 28, 26] for r in np.linspace(0, 29, 581)])
    density = BALL.density(along_x)
    tops = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] > density[2:])) + 1
    radii_A = np.linspace(0, 29, 581)[tops] * 5
    np.testing.assert_allclose(radii_A, [72, 108], atol=1.5)
    assert density[360] < 0 < density[tops].min()
    assert abs(density[0]) < 1e-6


def test_distance_to_an_ellipsoid_against_its_nearest_point() -> None:
    generator = np.random.default_rng(0)
    directions = generator.standard_normal((200_000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    surface = EGG.centre_px + EGG.rotation.apply(directions * EGG.semi_axes_px)
    points = surface[:40] + generator.uniform(-3, 3, (40, 3))
    nearest = np.linalg.norm(points[:, None] - surface[None], axis=-1).min(axis=1) * 5
    np.testing.assert_allclose(np.abs(EGG.distance_A(points)), nearest, atol=3.0)


@pytest.mark.parametrize("vesicle", [BALL, EGG])
def test_blocks_put_together_are_the_vesicle(vesicle: Vesicle) -> None:
    size = (60, 44, 50)  # cuts the vesicle at y = 44
    whole = np.zeros((60, 70, 80))
    for cube, place in vesicle.blocks(16, size):
        z, y, x = place[::-1].astype(int) - 8
        part = whole[z : z + 16, y : y + 16, x : x + 16]
        part += cube[: part.shape[0], : part.shape[1], : part.shape[2]]
    points = np.indices((50, 44, 60)).transpose(1, 2, 3, 0)[..., ::-1].astype(float)
    np.testing.assert_allclose(whole[:50, :44, :60], vesicle.density(points), atol=0.011)
    assert not whole[50:].any()
    assert not whole[:, 44:].any()


def test_points_of_the_surface_lie_on_it() -> None:
    generator = np.random.default_rng(1)
    points = np.array([EGG.surface_point_px(generator) for _ in range(50)])
    np.testing.assert_allclose(EGG.distance_A(points), 0, atol=1e-6)
    assert (np.abs(points - EGG.centre_px) <= EGG.reach_px()).all()
