"""Where points of a tomogram come to lie in the images of a tilt series."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from cryoal.simulation.density import Volume
from cryoal.simulation.optics import Optics
from cryoal.simulation.tilt_scheme import TiltScheme

# What RELION calls rlnTomoHand: the sign by which height adds to the defocus.
HAND = -1


@dataclass(frozen=True)
class Camera:
    """A tilt series of a tomogram: views, optics and the frame of its images.

    Points are voxel indices of the tomogram, xyz, 0 at the middle of the first voxel. The views
    turn about voxel ``size // 2``; it falls on pixel ``size // 2`` of every image. Images have
    the tomogram's width and height and its voxel as pixel.

    Attributes:
        size_px: of the tomogram, xyz.
        voxel_size_A: edge of voxel and pixel.
        tilts, optics: see there.
        defocus_um: of the tomogram's centre.
        device: where images and reconstructions are computed.
    """

    size_px: tuple[int, int, int]
    voxel_size_A: float
    tilts: TiltScheme
    optics: Optics
    defocus_um: float
    device: torch.device

    @cached_property
    def matrices(self) -> Volume:
        """(n, 3, 3), see :meth:`TiltScheme.matrices`."""
        return self.tilts.matrices()

    @property
    def stack_shape(self) -> tuple[int, int, int]:
        """(images, height, width)."""
        return len(self.matrices), self.size_px[1], self.size_px[0]

    def image_places(self, points_px: Volume) -> Volume:
        """(..., n, 3) of points (..., 3): image x and y in pixels, height above the centre."""
        middle = np.array([size // 2 for size in self.size_px], dtype=np.float64)
        turned = np.einsum("nij,...j->...ni", self.matrices, points_px - middle)
        return np.asarray(turned + np.array([middle[0], middle[1], 0.0]))

    def defoci_um(self, heights_px: Volume) -> torch.Tensor:
        """Defocus of objects at a height above the centre; heights of any shape."""
        defoci = self.defocus_um + HAND * heights_px * self.voxel_size_A * 1e-4
        return torch.as_tensor(defoci, dtype=torch.float32, device=self.device)

    def ctf(self, heights_px: Volume, size_px: int) -> torch.Tensor:
        """Transfer (*heights.shape, size, size // 2 + 1) at heights of any shape."""
        return self.optics.ctf(self.defoci_um(heights_px), size_px, self.voxel_size_A)


def phase_ramp(shifts_px: Volume, size_px: int, device: torch.device) -> torch.Tensor:
    """(..., size, size // 2 + 1): moves square images by xy ``shifts_px`` (..., 2), as rfft2."""
    shifts = torch.as_tensor(shifts_px, dtype=torch.float32, device=device)
    y = torch.fft.fftfreq(size_px, device=device)
    x = torch.fft.rfftfreq(size_px, device=device)
    angle_y = -2 * np.pi * shifts[..., 1, None] * y
    angle_x = -2 * np.pi * shifts[..., 0, None] * x
    along_y = torch.polar(torch.ones_like(angle_y), angle_y)
    along_x = torch.polar(torch.ones_like(angle_x), angle_x)
    return along_y[..., :, None] * along_x[..., None, :]
