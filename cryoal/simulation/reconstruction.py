"""Weighted back-projection of tilt images by Fourier slices, box by box."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from scipy.fft import next_fast_len
from torch_fourier_slice.volume_utils import separable_sinc2_correction

from cryoal.simulation.camera import Camera, phase_ramp
from cryoal.simulation.density import Volume
from cryoal.simulation.projection import Corners, add_patches

Correction = Literal["phase-flip", "multiply", "none"]
_PADDING = 2.0
_BATCH_COEFFICIENTS = 3_000_000


class Reconstructor:
    """Boxes of a tomogram anywhere in it, from square patches of the tilt images.

    Around a point, a patch twice as wide as the box is cut from every image where the point
    falls, its transfer function corrected for the defocus at the point's own height, and its
    coefficients inserted, by linear interpolation, in the central slice it stands for. Each
    coefficient of the box is the sum divided by the weights' sum, where that is above 1: so
    low frequencies, which many slices share, count once, and what no slice comes near is 0.

    This is torch-fourier-slice's ``insert_central_slices_rfft_3d`` written as a sparse matrix
    that is built once: all boxes share its geometry. It is some twenty times faster on a CPU
    and adds in a fixed order, so results are the same to the bit.

    Args:
        camera: geometry and optics of the images.
        box_px: edge of the boxes, even.
        correction: ``phase-flip`` turns over what the lens turned over, ``multiply`` multiplies
            by the transfer function, ``none`` leaves it. Protein comes out bright.
    """

    def __init__(self, camera: Camera, box_px: int, correction: Correction) -> None:
        self.camera = camera
        self.box_px = box_px
        self.correction = correction
        self.patch_px = 2 * next_fast_len(int(np.ceil(_PADDING * box_px / 2)))
        real, imaginary = insertion_matrices(camera.matrices, self.patch_px)
        self._real = _on_device(real, camera.device)
        self._imaginary = _on_device(imaginary, camera.device)
        first = self.patch_px // 2 - box_px // 2
        self._core = slice(first, first + box_px)
        self._window = separable_sinc2_correction((self.patch_px,) * 3, device=camera.device)

    def boxes(self, stacks: torch.Tensor, centres_px: Volume) -> Iterator[npt.NDArray[np.float32]]:
        """For every centre (m, 3) xyz, boxes (channels, box, box, box) zyx, centre at box // 2.

        Args:
            stacks: (channels, n, height, width) images; 0 is assumed beyond their edges.
            centres_px: voxel indices of the tomogram, need not be whole.
        """
        size = self.patch_px
        each = len(stacks) * stacks.shape[1] * size * (size // 2 + 1)
        batch = max(1, _BATCH_COEFFICIENTS // each)
        for start in range(0, len(centres_px), batch):
            yield from self._batch(stacks, centres_px[start : start + batch])

    def boxes_of_one(
        self, images: torch.Tensor, corners: Corners, centres_px: Volume
    ) -> npt.NDArray[np.float32]:
        """Boxes (m, box, box, box) as if each had its own tilt series, dark but for one object.

        Args:
            images: (m, n, size, size) patches that hold all there is of each object.
            corners: (m, n, 2) xy, where their first pixels lie in the images.
            centres_px: (m, 3) xyz of the boxes.
        """
        size = self.patch_px
        places, nearest = self._places(centres_px)
        first = nearest - size // 2
        patches = images.new_zeros((len(images), images.shape[1], size, size))
        for patch, own, offsets in zip(patches, images, corners - first, strict=True):
            add_patches(patch, own, offsets)
        # The camera's images end at their edges.
        _, height, width = self.camera.stack_shape
        pixels = first[..., None] + np.arange(size)  # (m, n, 2, size)
        seen = (pixels >= 0) & (pixels < np.array([[width], [height]]))
        is_seen = torch.as_tensor(seen, device=patches.device)
        patches *= is_seen[:, :, 1, :, None] & is_seen[:, :, 0, None, :]
        return self._inserted(patches[:, None], places, nearest)[:, 0]

    def _places(self, centres: Volume) -> tuple[Volume, Corners]:
        """(m, n, 3) places in the images with heights, and the nearest pixels (m, n, 2)."""
        places = self.camera.image_places(centres)
        return places, np.rint(places[..., :2]).astype(int)

    def _batch(self, stacks: torch.Tensor, centres: Volume) -> npt.NDArray[np.float32]:
        places, nearest = self._places(centres)
        patches = _cut(stacks, nearest - self.patch_px // 2, self.patch_px)
        return self._inserted(patches, places, nearest)

    def _inserted(
        self, patches: torch.Tensor, places: Volume, nearest: Corners
    ) -> npt.NDArray[np.float32]:
        """Boxes (m, c, box, box, box) of patches (m, c, n, size, size) about ``nearest``."""
        size, (count, channels) = self.patch_px, patches.shape[:2]
        coefficients = torch.fft.rfft2(patches)
        ramp = phase_ramp(nearest - places[..., :2] - size // 2, size, self.camera.device)
        coefficients *= (ramp * self._corrections(places[..., 2]))[:, None]
        samples = coefficients.reshape(count * channels, -1).T
        inserted = torch.complex(
            self._real @ samples.real.contiguous(), self._imaginary @ samples.imag.contiguous()
        )
        cubes = torch.fft.irfftn(
            inserted.T.reshape(-1, size, size, size // 2 + 1), s=(size,) * 3, dim=(1, 2, 3)
        )
        core = torch.fft.fftshift(cubes, dim=(1, 2, 3))[:, self._core, self._core, self._core]
        core = core / self._window[self._core, self._core, self._core]
        found = core.reshape(count, channels, *core.shape[1:])
        return np.asarray(found.cpu().numpy(), dtype=np.float32)

    def _corrections(self, heights_px: Volume) -> torch.Tensor:
        """(m, n, size, size // 2 + 1), negative at low frequency: protein is dark in images."""
        if self.correction == "none":
            return -torch.ones(1, device=self.camera.device)
        ctf = self.camera.ctf(heights_px, self.patch_px)
        return -torch.sign(ctf) if self.correction == "phase-flip" else -ctf

    def volume(
        self, stacks: torch.Tensor, shape_zyx: tuple[int, int, int]
    ) -> npt.NDArray[np.float32]:
        """The whole tomogram (channels, z, y, x), tiled by boxes."""
        whole = np.zeros((len(stacks), *shape_zyx), np.float32)
        corners = tile_corners(shape_zyx, self.box_px)
        centres = (corners[:, ::-1] + self.box_px // 2).astype(np.float64)
        for (z, y, x), box in zip(corners, self.boxes(stacks, centres), strict=True):
            part = whole[:, z : z + self.box_px, y : y + self.box_px, x : x + self.box_px]
            part[:] = box[:, : part.shape[1], : part.shape[2], : part.shape[3]]
        return whole


def tile_corners(shape_zyx: tuple[int, int, int], box_px: int) -> npt.NDArray[np.int64]:
    """First voxels (m, 3), zyx, of the boxes that tile a volume."""
    starts = [np.arange(0, length, box_px) for length in shape_zyx]
    return np.stack(np.meshgrid(*starts, indexing="ij"), axis=-1).reshape(-1, 3)


def cheapest_tile_px(shape_zyx: tuple[int, int, int]) -> int:
    """Edge of the boxes that tile a volume at the least cost; the defocus varies in each."""
    edges = range(min(40, 2 * (max(shape_zyx) // 2)), 74, 2)
    return min(edges, key=lambda edge: len(tile_corners(shape_zyx, edge)) * edge**3)


def insertion_matrices(
    matrices: Volume, size_px: int
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """What takes the real, and the imaginary, parts of all images' coefficients to the cube's.

    Args:
        matrices: (n, 3, 3) tomogram to camera.
        size_px: edge of images and cube, even.

    Returns:
        Two matrices (size * size * (size // 2 + 1), n * size * (size // 2 + 1)) float32, both
        sides laid out as ``rfftn``, already divided by the weights where these exceed 1. Nyquist
        frequencies and those beyond the sphere that fits in the cube stay 0.
    """
    half, width = size_px // 2, size_px // 2 + 1
    ky, kx = np.meshgrid(np.arange(-half + 1, half), np.arange(half), indexing="ij")
    # The coefficients at kx = 0, ky < 0 are the conjugates of those at ky > 0.
    wanted = (kx**2 + ky**2 <= (half - 1) ** 2) & ~((kx == 0) & (ky < 0))
    kx, ky = kx[wanted], ky[wanted]
    flat = np.stack([kx, ky, np.zeros_like(kx)], axis=-1)
    places = np.einsum("nji,kj->nki", matrices, flat).reshape(-1, 3)  # transposed: camera to tomo
    images = np.arange(len(matrices))[:, None]
    columns = ((images * size_px + ky % size_px) * width + kx).ravel()
    signs = np.where(places[:, 0] < 0, -1.0, 1.0)  # rfftn keeps x >= 0; the rest is conjugate
    places *= signs[:, None]
    entries = list(_spread(places, columns, signs, size_px))
    rows, cols, weights, parts = (np.concatenate(part) for part in zip(*entries, strict=True))
    shape = (size_px * size_px * width, len(matrices) * size_px * width)
    real = sparse.csr_matrix((weights, (rows, cols)), shape=shape, dtype=np.float32)
    imaginary = sparse.csr_matrix((weights * parts, (rows, cols)), shape=shape, dtype=np.float32)
    totals = np.bincount(rows, weights, minlength=shape[0])
    share = sparse.diags((1 / np.maximum(totals, 1)).astype(np.float32))
    return sparse.csr_matrix(share @ real), sparse.csr_matrix(share @ imaginary)


def _spread(
    places: Volume, columns: npt.NDArray[np.int64], signs: Volume, size_px: int
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Volume, Volume]]:
    """Each sample's share in its eight neighbours: (rows, columns, weights, imaginary signs)."""
    width = size_px // 2 + 1
    lower = np.floor(places + 1e-9).astype(np.int64)
    beyond = places - lower
    for corner in np.ndindex(2, 2, 2):
        x, y, z = (lower + corner).T
        weights = np.prod(np.where(corner, beyond, 1 - beyond), axis=1)
        near = weights > 1e-9
        rows = ((z % size_px) * size_px + y % size_px) * width + x
        yield rows[near], columns[near], weights[near], signs[near]
        # In the plane x = 0 rfftn keeps both of a conjugate pair.
        pair = near & (x == 0) & ((y != 0) | (z != 0))
        rows = ((-z % size_px) * size_px + -y % size_px) * width
        yield rows[pair], columns[pair], weights[pair], -signs[pair]


def _cut(stacks: torch.Tensor, corners: Corners, size: int) -> torch.Tensor:
    """Patches (m, c, n, size, size) from first pixels (m, n, 2) xy; 0 beyond the images."""
    channels, images, height, width = stacks.shape
    patches = stacks.new_zeros((len(corners), channels, images, size, size))
    for patch, places in zip(patches, corners.tolist(), strict=True):
        for image, (x, y) in enumerate(places):
            top, left = max(y, 0), max(x, 0)
            bottom, right = min(y + size, height), min(x + size, width)
            if top < bottom and left < right:
                part = stacks[:, image, top:bottom, left:right]
                patch[:, image, top - y : bottom - y, left - x : right - x] = part
    return patches


def _on_device(matrix: sparse.csr_matrix, device: torch.device) -> torch.Tensor:
    matrix.sort_indices()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        made = torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)),
            torch.from_numpy(matrix.indices.astype(np.int32)),
            torch.from_numpy(matrix.data),
            size=matrix.shape,
            check_invariants=True,
        )
        return made.to(device)
