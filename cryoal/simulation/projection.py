"""Images of single objects, by sampling central slices of their Fourier transforms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from scipy.fft import next_fast_len
from torch_fourier_slice import extract_central_slices_rfft_3d
from torch_fourier_slice.volume_utils import separable_sinc2_correction

from cryoal.simulation.camera import Camera, phase_ramp
from cryoal.simulation.density import Volume

Corners = npt.NDArray[np.int64]

# The cube that is transformed is this much wider than the object: linear interpolation between
# Fourier coefficients needs it.
_PADDING = 1.75
_BATCH_COEFFICIENTS = 400_000


class Projector:
    """Adds objects to the images of a tilt series, each with the defocus of its own height.

    Images hold the relative contrast: 0 is the intensity behind plain ice, protein is negative.
    An object's slices are sampled at tilt times orientation, multiplied by the transfer function
    at its defocus and by what the dose has left, moved to its place and added.

    Args:
        camera: views and optics.
        is_detected: images are blurred as the detector blurs them; else as they fall on it.
    """

    def __init__(self, camera: Camera, *, is_detected: bool = False) -> None:
        self.camera = camera
        self.is_detected = is_detected
        self._damage: dict[int, torch.Tensor] = {}

    def prepare(self, voxels: Volume) -> torch.Tensor:
        """Coefficients, for :meth:`add`, of a cube (n, n, n) whose centre is voxel ``n // 2``."""
        size = self._padded_px(len(voxels))
        before = size // 2 - len(voxels) // 2
        after = size - len(voxels) - before
        cube = torch.as_tensor(voxels, dtype=torch.float32, device=self.camera.device)
        cube = torch.nn.functional.pad(cube, (before, after) * 3)
        cube = cube / separable_sinc2_correction(tuple(cube.shape), device=cube.device)
        coefficients = torch.fft.rfftn(torch.fft.ifftshift(cube), dim=(0, 1, 2))
        shifted: torch.Tensor = torch.fft.fftshift(coefficients, dim=(0, 1))
        return shifted

    def add(
        self, stack: torch.Tensor, coefficients: torch.Tensor, turns: Volume, places_px: Volume
    ) -> None:
        """Add objects of one kind to ``stack`` (n, height, width).

        Args:
            stack: images, changed in place; what lies beyond their edges is left out.
            coefficients: of :meth:`prepare`.
            turns: (m, 3, 3), turn the kind into each object; xyz.
            places_px: (m, 3) xyz, where their centres lie in the tomogram.
        """
        for batch in self.images(coefficients, turns, places_px):
            for patches, corners in zip(*batch, strict=True):
                add_patches(stack, patches, corners)

    def images(
        self, coefficients: torch.Tensor, turns: Volume, places_px: Volume
    ) -> Iterator[tuple[torch.Tensor, Corners]]:
        """Each object's images on their own; arguments as of :meth:`add`.

        Yields:
            Of some objects at a time: patches (k, n, size, size), and where in the images their
            first pixels lie (k, n, 2), xy.
        """
        views = len(self.camera.matrices) * coefficients[0].numel()
        batch = max(1, _BATCH_COEFFICIENTS // views)
        for start in range(0, len(turns), batch):
            part = slice(start, start + batch)
            yield self._batch(coefficients, turns[part], places_px[part])

    def _batch(
        self, coefficients: torch.Tensor, turns: Volume, places_px: Volume
    ) -> tuple[torch.Tensor, Corners]:
        camera = self.camera
        size = coefficients.shape[0]
        places = camera.image_places(places_px)  # (m, n, 3)
        nearest = np.rint(places[..., :2]).astype(int)
        views = np.swapaxes(camera.matrices @ turns[:, None], -2, -1)
        slices = extract_central_slices_rfft_3d(
            coefficients,
            torch.as_tensor(views, dtype=torch.float32, device=camera.device),
            fftfreq_max=0.5,
        )
        slices = torch.fft.ifftshift(slices, dim=-2) * self._transfer(places[..., 2], size)
        slices *= phase_ramp(places[..., :2] - nearest + size // 2, size, camera.device)
        return torch.fft.irfft2(slices, s=(size, size)), nearest - size // 2

    def _transfer(self, heights_px: Volume, size_px: int) -> torch.Tensor:
        camera = self.camera
        if size_px not in self._damage:
            dose = torch.as_tensor(
                camera.tilts.dose_at_middle_e_A2(), dtype=torch.float32, device=camera.device
            )
            damage = camera.optics.damage(dose, size_px, camera.voxel_size_A)
            if self.is_detected:
                damage = damage * camera.optics.mtf(size_px, size_px, camera.device)
            self._damage[size_px] = -camera.optics.contrast_per_A() * camera.voxel_size_A * damage
        return camera.ctf(heights_px, size_px) * self._damage[size_px]

    def _padded_px(self, object_px: int) -> int:
        """Even, and wide enough that what the lens spreads does not come in on the other side."""
        camera = self.camera
        thickest_um = camera.size_px[2] * camera.voxel_size_A * 1e-4
        defocus_A = 1e4 * (camera.defocus_um + thickest_um)
        spread_A = camera.optics.wavelength_A() * defocus_A / (2 * camera.voxel_size_A)
        needed = max(_PADDING * object_px, object_px + 2 * spread_A / camera.voxel_size_A)
        return 2 * next_fast_len(int(np.ceil(needed / 2)))


def add_patches(stack: torch.Tensor, patches: torch.Tensor, corners: Corners) -> None:
    """Add a patch (n, size, size) to each image of ``stack`` (n, height, width).

    Args:
        corners: (n, 2) xy, where the patches' first pixels lie; what is beyond the edges is lost.
    """
    height, width = stack.shape[1:]
    size = patches.shape[-1]
    for image, patch, (x, y) in zip(stack, patches, corners.tolist(), strict=True):
        top, left = max(y, 0), max(x, 0)
        bottom, right = min(y + size, height), min(x + size, width)
        if top < bottom and left < right:
            image[top:bottom, left:right] += patch[top - y : bottom - y, left - x : right - x]
