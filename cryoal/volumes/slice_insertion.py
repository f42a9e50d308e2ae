"""Central slices added to the Fourier transform of a cube."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse

Numbers = npt.NDArray[np.float64]


class SliceInsertion:
    """Adds the coefficients of f images to those of a cube, each to its eight neighbours.

    It is torch-fourier-slice's ``insert_central_slices_rfft_3d`` as a sparse matrix that is built
    once for all particles that share the views: an order of magnitude faster on a CPU, and in a
    fixed order, so that the same slices give the same sums to the bit. Nyquist frequencies and
    those beyond the sphere that fits in the cube are left out.

    Args:
        matrices: (f, 3, 3) turn xyz vectors of the cube into the camera's; the first two rows
            are used.
        size_px: edge of images and cube, even.
    """

    def __init__(self, matrices: Numbers, size_px: int) -> None:
        self.size_px = size_px
        columns, places = _samples(matrices, size_px)
        self._taken = columns
        # rfftn keeps x >= 0; the rest is conjugate.
        self._is_conjugate = places[:, 0] < 0
        places[self._is_conjugate] *= -1
        self._matrix = _spread(places, size_px)

    @property
    def nbytes(self) -> int:
        """Memory that the matrix takes."""
        return int(self._matrix.data.nbytes + self._matrix.indices.nbytes)

    def sums(self, slices: torch.Tensor) -> torch.Tensor:
        """Linearly weighted sums (b, size, size, size // 2 + 1) as ``rfftn``, zyx.

        Args:
            slices: (b, f, size, size // 2 + 1) as ``rfft2``, complex or real, on the CPU.
        """
        samples = slices.reshape(len(slices), -1).numpy()[:, self._taken]
        if slices.is_complex():
            samples = np.where(self._is_conjugate, samples.conj(), samples)
            cubes = torch.complex(self._added(samples.real), self._added(samples.imag))
        else:
            cubes = self._added(samples)
        # The plane x = 0 holds both of a conjugate pair, frequency 0 half from each.
        plane = cubes[..., 0]
        mirrored = torch.roll(torch.flip(plane, dims=(1, 2)), (1, 1), dims=(1, 2)).conj()
        cubes[..., 0] = plane + mirrored
        return cubes

    def _added(self, samples: npt.NDArray[np.float32]) -> torch.Tensor:
        cubes = np.ascontiguousarray((self._matrix @ samples.T).T)
        size = self.size_px
        return torch.from_numpy(cubes.reshape(len(samples), size, size, size // 2 + 1))


def _samples(matrices: Numbers, size_px: int) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Flat places of the used coefficients in (f, size, size // 2 + 1), and xyz (m, 3) in the cube.

    Of the two conjugates at kx = 0 one is used.
    """
    half = size_px // 2
    ky, kx = np.meshgrid(np.arange(-half + 1, half), np.arange(half), indexing="ij")
    wanted = (kx**2 + ky**2 <= (half - 1) ** 2) & ~((kx == 0) & (ky < 0))
    kx, ky = kx[wanted], ky[wanted]
    images = np.arange(len(matrices))[:, None]
    taken = ((images * size_px + ky % size_px) * (half + 1) + kx).ravel()
    in_plane = np.stack([kx, ky], axis=-1).astype(np.float64)
    return taken, np.einsum("nji,kj->nki", matrices[:, :2], in_plane).reshape(-1, 3)


def _spread(places: Numbers, size_px: int) -> sparse.csr_matrix:
    """(size * size * (size // 2 + 1), m) float32: each sample's share in its eight neighbours."""
    half, width = size_px // 2, size_px // 2 + 1
    lower = np.floor(places + 1e-9).astype(np.int64)
    beyond = places - lower
    share = np.where(places.any(axis=1), 1.0, 0.5)
    entries = []
    for corner in np.ndindex(2, 2, 2):
        x, y, z = (lower + corner).T
        weights = share * np.prod(np.where(corner, beyond, 1 - beyond), axis=1)
        # A matrix that is not quite a rotation may reach beyond the cube.
        inside = np.abs(lower + corner).max(axis=1) < half
        near = np.flatnonzero((weights > 1e-9) & inside)
        rows = ((z % size_px) * size_px + y % size_px) * width + x
        entries.append((rows[near], near, weights[near].astype(np.float32)))
    rows, columns, weights = (np.concatenate(part) for part in zip(*entries, strict=True))
    shape = (size_px * size_px * width, len(places))
    matrix = sparse.csr_matrix((weights, (rows, columns)), shape=shape, dtype=np.float32)
    matrix.sort_indices()
    return matrix
