from __future__ import annotations

import numpy as np
import torch
from tilted_blobs import views
from torch_fourier_slice import insert_central_slices_rfft_3d

from cryoal.volumes.slice_insertion import SliceInsertion

VIEWS = views(np.arange(-60.0, 61, 17), axis_deg=85.0, x_tilt_deg=3.0)


def slow_sums(slices: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Every coefficient of every slice (f, n, n) added to a whole cube, one by one."""
    size = slices.shape[-1]
    half = size // 2
    cube = np.zeros((size,) * 3, slices.dtype)
    for image, matrix in zip(slices, matrices, strict=True):
        for ky in range(-half + 1, half):
            for kx in range(-half + 1, half):
                if kx**2 + ky**2 > (half - 1) ** 2:
                    continue
                place = matrix.T @ [kx, ky, 0]
                low = np.floor(place + 1e-9).astype(int)
                for corner in np.ndindex(2, 2, 2):
                    x, y, z = low + corner
                    weight = np.prod(1 - np.abs(place - (x, y, z)))
                    cube[z % size, y % size, x % size] += weight * image[ky % size, kx % size]
    return cube[..., : half + 1]


def test_sums_are_those_of_loops_over_coefficients() -> None:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(len(VIEWS), 12, 12))
    slices = torch.from_numpy(np.fft.rfft2(images).astype(np.complex64))[None]
    found = SliceInsertion(VIEWS, 12).sums(slices)[0].numpy()
    expected = slow_sums(np.fft.fft2(images), VIEWS)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_real_slices_are_summed_alike() -> None:
    weights = np.abs(np.fft.fft2(np.random.default_rng(1).normal(size=(len(VIEWS), 12, 12))))
    slices = torch.from_numpy(weights[..., :7].astype(np.float32))[None]
    found = SliceInsertion(VIEWS, 12).sums(slices)[0].numpy()
    np.testing.assert_allclose(found, slow_sums(weights, VIEWS), rtol=1e-5, atol=1e-4)


def test_sums_are_torch_fourier_slices() -> None:
    size = 24
    images = torch.randn(len(VIEWS), size, size, generator=torch.Generator().manual_seed(3))
    coefficients = torch.fft.rfft2(images)
    theirs, _ = insert_central_slices_rfft_3d(
        torch.fft.fftshift(coefficients, dim=-2),
        (size,) * 3,
        torch.from_numpy(np.swapaxes(VIEWS, 1, 2)).float(),
    )
    expected = torch.fft.ifftshift(theirs, dim=(0, 1)).numpy()
    found = SliceInsertion(VIEWS, size).sums(coefficients[None])[0].numpy()
    k = np.fft.fftfreq(size, 1 / size)
    z, y, x = np.meshgrid(k, k, np.arange(size // 2 + 1), indexing="ij")
    sphere = np.sqrt(x**2 + y**2 + z**2) < size // 2 - 2  # theirs fills the corners too
    differences = np.abs(found - expected)[sphere] / np.abs(found).max()
    # Next to the plane x = 0 theirs lets the odd neighbour miss its conjugate.
    assert np.quantile(differences, 0.995) < 1e-3


def test_batches_are_summed_as_each_alone_and_again() -> None:
    slices = torch.fft.rfft2(torch.randn(3, len(VIEWS), 12, 12))
    insertion = SliceInsertion(VIEWS, 12)
    together = insertion.sums(slices)
    assert torch.equal(together, insertion.sums(slices))
    for one, found in zip(slices, together, strict=True):
        assert torch.equal(insertion.sums(one[None])[0], found)


def test_a_matrix_that_magnifies_stays_in_the_cube() -> None:
    slices = torch.ones(1, len(VIEWS), 12, 7)
    assert SliceInsertion(VIEWS * 1.05, 12).sums(slices).isfinite().all()
