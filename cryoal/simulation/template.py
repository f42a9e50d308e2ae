"""One kind of object, sampled at the tomogram's voxel and ready to be turned."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial.transform import Rotation

from cryoal.simulation.density import MASK_LEVEL, Density, Volume

_MARGIN_PX = 3
_SOLID_QUANTILE = 0.9


class Template:
    """A density about its centre of mass, of strength 1 where it is solid.

    Maps of different origin have different scales; each is divided by the density that a tenth
    of its mask exceeds, which for a solid body is the density of its inside.

    Attributes:
        name: class name.
        voxels: (n, n, n) float64, n even, the centre of mass at voxel ``n // 2``.
        strength: contrast against ice, that of protein is 1.
        diameter_px: see :meth:`Density.diameter_A`.
        volume_px: voxels that it takes, see :meth:`mask`.
    """

    def __init__(
        self, density: Density, voxel_size_A: float, *, name: str, strength: float = 1.0
    ) -> None:
        self.name = name
        self.strength = strength
        self.diameter_px = density.diameter_A() / voxel_size_A
        half = int(np.ceil(self.diameter_px / 2)) + _MARGIN_PX
        scale = voxel_size_A / density.voxel_size_A
        filtered = density.low_passed(2 * voxel_size_A).voxels
        self.voxels: Volume = np.asarray(
            ndimage.affine_transform(
                filtered,
                np.full(3, scale),
                offset=density.centre() - scale * half,
                output_shape=(2 * half,) * 3,
                mode="grid-constant",
            )
        )
        inside = density.voxels[density.voxels > MASK_LEVEL * density.voxels.max()]
        self.voxels *= strength / np.quantile(inside, _SOLID_QUANTILE)
        self.volume_px = float((self.voxels > MASK_LEVEL * self.voxels.max()).sum())

    def mask(self, rotation: Rotation, shift_px: Volume) -> npt.NDArray[np.bool_]:
        """Where the turned object is, (n, n, n), moved by ``shift_px`` (xyz) from ``n // 2``."""
        return self.mask_in_box(rotation, shift_px, len(self.voxels))

    def mask_in_box(
        self, rotation: Rotation, shift_px: Volume, box_px: int
    ) -> npt.NDArray[np.bool_]:
        """As :meth:`mask`, in a box of another size."""
        turn_back = rotation.as_matrix().T[::-1, ::-1]
        middle = box_px // 2 + np.asarray(shift_px)[::-1]
        turned = ndimage.affine_transform(
            self.voxels,
            turn_back,
            offset=len(self.voxels) // 2 - turn_back @ middle,
            output_shape=(box_px,) * 3,
            order=1,
            mode="grid-constant",
        )
        return np.asarray(turned > MASK_LEVEL * self.voxels.max())
