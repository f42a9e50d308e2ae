"""Closed lipid bilayers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from cryoal.simulation.density import Volume

# Head groups lie 36 Å apart (Nagle & Tristram-Nagle 2000, BBA 1469:159); the tails between
# them scatter a little less than ice.
_HEAD_A = 18.0
_HEAD_WIDTH_A = 5.0
_HEAD_STRENGTH = 0.9
_TAIL_WIDTH_A = 8.0
_TAIL_STRENGTH = -0.15
HALF_THICKNESS_A = 28.0
_FADING_A = 10.0


@dataclass(frozen=True)
class Vesicle:
    """A bilayer in the shape of an ellipsoid.

    Attributes:
        centre_px: (3,) xyz in the tomogram.
        semi_axes_px: (3,) of the ellipsoid's mid-surface.
        rotation: turns the ellipsoid's axes.
        voxel_size_A: of the tomogram.
    """

    centre_px: Volume
    semi_axes_px: Volume
    rotation: Rotation
    voxel_size_A: float

    def distance_A(self, points_px: Volume) -> Volume:
        """Distance (...) of points (..., 3) xyz from the mid-surface, outside positive.

        To first order: exact on a sphere, within some Å near an ellipsoid.
        """
        own = (points_px - self.centre_px) @ self.rotation.as_matrix()
        own = own + 1e-9  # the middle is no place to divide at
        scaled = own / self.semi_axes_px
        level = np.sqrt(np.square(scaled).sum(axis=-1))
        slope = np.sqrt(np.square(scaled / self.semi_axes_px).sum(axis=-1))
        return np.asarray(level * (level - 1) / slope * self.voxel_size_A)

    def density(self, points_px: Volume) -> Volume:
        """Density at points (..., 3) xyz; that of solid protein is 1."""
        distance = self.distance_A(points_px)
        heads = np.exp(-0.5 * ((np.abs(distance) - _HEAD_A) / _HEAD_WIDTH_A) ** 2)
        tails = np.exp(-0.5 * (distance / _TAIL_WIDTH_A) ** 2)
        return np.asarray(_HEAD_STRENGTH * heads + _TAIL_STRENGTH * tails)

    def reach_px(self) -> Volume:
        """Half edges (3,) xyz of the box that holds all of it."""
        widest = np.sqrt(np.square(self.rotation.as_matrix() * self.semi_axes_px).sum(axis=1))
        return np.asarray(widest + HALF_THICKNESS_A / self.voxel_size_A)

    def surface_point_px(self, generator: np.random.Generator) -> Volume:
        """A point (3,) xyz of the mid-surface, from a direction drawn uniformly."""
        direction = generator.standard_normal(3)
        direction /= np.linalg.norm(direction)
        return np.asarray(self.centre_px + self.rotation.apply(direction * self.semi_axes_px))

    def blocks(
        self, edge_px: int, size_px: tuple[int, int, int]
    ) -> Iterator[tuple[Volume, Volume]]:
        """The part inside a tomogram of ``size_px`` (xyz), cut into cubes of ``edge_px``.

        Yields:
            (cube (edge, edge, edge) zyx, its voxel ``edge // 2`` in the tomogram (3,) xyz);
            empty cubes are left out.
        """
        reach = self.reach_px() + _FADING_A / self.voxel_size_A
        low = np.maximum(np.floor(self.centre_px - reach), 0).astype(int)
        high = np.minimum(np.ceil(self.centre_px + reach) + 1, size_px).astype(int)
        starts = [range(first, last, edge_px) for first, last in zip(low, high, strict=True)]
        for z in starts[2]:
            for y in starts[1]:
                for x in starts[0]:
                    corner = np.array([x, y, z])
                    points = corner + np.indices((edge_px,) * 3).transpose(1, 2, 3, 0)[..., ::-1]
                    cube = self.density(points.astype(np.float64))
                    cube[(points >= high).any(axis=-1)] = 0
                    if np.abs(cube).max() > 0.01:
                        yield cube, (corner + edge_px // 2).astype(np.float64)
