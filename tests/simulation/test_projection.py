"""Images of objects against sums in real space, with formulas written out again."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from tomogram_recipes import small_camera

from cryoal.simulation.camera import Camera
from cryoal.simulation.projection import Projector
from cryoal.simulation.tilt_scheme import TiltScheme

# A lopsided object: Gaussian balls of one width at these xyz from its centre, with these heights.
BALLS = np.array([[0, 0, 0], [6, 1, -2], [-3, 5, 4], [1, -4, 6.0]])
HEIGHTS = np.array([1.0, 0.7, 0.5, 0.8])
WIDTH = 1.8


def lopsided(size: int = 28) -> np.ndarray:
    grid = np.indices((size,) * 3).transpose(1, 2, 3, 0)[..., ::-1] - size // 2
    squares = ((grid[..., None, :] - BALLS) ** 2).sum(axis=-1)
    return np.exp(-0.5 * squares / WIDTH**2) @ HEIGHTS


def summed_image(camera: Camera, tilt: int, rotation: Rotation, place: np.ndarray) -> np.ndarray:
    """One image by line integrals in real space, then the whole image's own Fourier filter."""
    angle = np.deg2rad(camera.tilts.angles_deg()[tilt])
    width, height, depth = camera.size_px
    middle = np.array([width // 2, height // 2, depth // 2])
    y, x = np.indices((height, width))
    image = np.zeros((height, width))
    for ball, top in zip(BALLS, HEIGHTS, strict=True):
        px, py, pz = rotation.apply(ball) + place - middle
        u = px * np.cos(angle) + pz * np.sin(angle) + middle[0]
        squares = (x - u) ** 2 + (y - py - middle[1]) ** 2
        image += top * WIDTH * np.sqrt(2 * np.pi) * np.exp(-0.5 * squares / WIDTH**2)
    px, _, pz = place - middle
    depth_px = -px * np.sin(angle) + pz * np.cos(angle)
    defocus_A = 1e4 * camera.defocus_um - depth_px * camera.voxel_size_A
    ky = np.fft.fftfreq(height, camera.voxel_size_A)[:, None]
    kx = np.fft.rfftfreq(width, camera.voxel_size_A)
    k2 = kx**2 + ky**2
    wavelength = 0.0196875
    chi = np.pi * wavelength * k2 * defocus_A - 0.5 * np.pi * wavelength**3 * k2**2 * 2.7e7
    transfer = -np.sin(chi + np.arcsin(0.07))
    dose = camera.tilts.dose_at_middle_e_A2()[tilt]
    with np.errstate(divide="ignore"):
        transfer *= np.exp(-dose / 2 / (0.24499 * np.sqrt(k2) ** -1.6649 + 2.8141))
    contrast = 2 * 0.6526e-3 * 2.3 * camera.voxel_size_A
    return contrast * np.fft.irfft2(np.fft.rfft2(image) * transfer, s=image.shape)


@pytest.mark.parametrize("tilt", [0, 3, 10, 17])
def test_images_are_sums_along_the_beam(tilt: int) -> None:
    camera = small_camera((96, 96, 64), tilts=TiltScheme(step_deg=6))
    rotation = Rotation.from_euler("ZYZ", [20, 75, -130], degrees=True)
    place = np.array([50.3, 41.8, 40.6])
    projector = Projector(camera)
    stack = torch.zeros(camera.stack_shape)
    projector.add(stack, projector.prepare(lopsided()), rotation.as_matrix()[None], place[None])
    expected = summed_image(camera, tilt, rotation, place)
    error = np.sqrt(np.mean((stack[tilt].numpy() - expected) ** 2)) / expected.std()
    assert error < 0.03
    mirrored = summed_image(camera, tilt, rotation.inv(), place)
    assert np.corrcoef(stack[tilt].numpy().ravel(), mirrored.ravel())[0, 1] < 0.9


def test_objects_add_up_and_are_cut_at_the_edges() -> None:
    camera = small_camera((40, 40, 32))
    projector = Projector(camera)
    prepared = projector.prepare(lopsided(24))
    both, one, other = (torch.zeros(camera.stack_shape) for _ in range(3))
    inside, edge = np.array([20.0, 20, 16]), np.array([1.0, 38.5, 20])
    turns = np.stack([np.eye(3), Rotation.from_euler("x", 50, degrees=True).as_matrix()])
    projector.add(one, prepared, turns[:1], inside[None])
    projector.add(other, prepared, turns[1:], edge[None])
    projector.add(both, prepared, turns, np.stack([inside, edge]))
    torch.testing.assert_close(both, one + other)
    assert float(other.abs().max()) > 0


def test_protein_is_dark() -> None:
    camera = small_camera()
    projector = Projector(camera)
    stack = torch.zeros(camera.stack_shape)
    projector.add(stack, projector.prepare(lopsided()), np.eye(3)[None], np.array([[32.0, 30, 16]]))
    assert float(stack[10, 30, 32]) < -abs(float(stack[10].max()))
