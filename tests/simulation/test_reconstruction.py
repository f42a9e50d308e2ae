from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from tomogram_recipes import small_camera
from torch_fourier_slice import insert_central_slices_rfft_3d

from cryoal.simulation.camera import Camera
from cryoal.simulation.optics import Optics
from cryoal.simulation.projection import Projector
from cryoal.simulation.reconstruction import (
    Reconstructor,
    cheapest_tile_px,
    insertion_matrices,
    tile_corners,
)
from cryoal.simulation.tilt_scheme import TiltScheme

WIDTH = 1.3


def ball_images(camera: Camera, place: np.ndarray) -> torch.Tensor:
    """Images of a Gaussian ball by its formula, dark, no lens: nothing of the simulator's."""
    width, height, depth = camera.size_px
    middle = np.array([width // 2, height // 2, depth // 2])
    y, x = np.indices((height, width))
    images = []
    for angle in np.deg2rad(camera.tilts.angles_deg()):
        px, py, pz = place - middle
        u = px * np.cos(angle) + pz * np.sin(angle) + middle[0]
        squares = (x - u) ** 2 + (y - py - middle[1]) ** 2
        images.append(-WIDTH * np.sqrt(2 * np.pi) * np.exp(-0.5 * squares / WIDTH**2))
    return torch.from_numpy(np.array(images, np.float32))[None]


def peak(volume: np.ndarray) -> np.ndarray:
    """Place, xyz, of the maximum, by a parabola through it along each axis."""
    top = np.unravel_index(volume.argmax(), volume.shape)
    found = []
    for axis in range(3):
        line = volume[tuple(slice(None) if at == axis else t for at, t in enumerate(top))]
        before, here, after = np.log(np.clip(line[top[axis] - 1 : top[axis] + 2], 1e-6, None))
        found.append(top[axis] + 0.5 * (before - after) / (before - 2 * here + after))
    return np.array(found[::-1])


PLACES = [(30.0, 33.0, 16.0), (25.3, 35.6, 19.4), (38.8, 24.1, 12.7)]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("dual_axis", [False, True])
def test_a_ball_comes_out_where_it_is(place: tuple[float, ...], dual_axis: bool) -> None:
    camera = small_camera(tilts=TiltScheme(step_deg=6, dual_axis=dual_axis))
    projector = Projector(camera)
    grid = np.indices((16,) * 3) - 8
    stack = torch.zeros(camera.stack_shape)
    ball = projector.prepare(np.exp(-0.5 * (grid**2).sum(axis=0) / WIDTH**2))
    projector.add(stack, ball, np.eye(3)[None], np.array([place]))
    for correction in ("phase-flip", "multiply"):
        whole = Reconstructor(camera, 24, correction).volume(stack[None], (32, 60, 64))[0]
        np.testing.assert_allclose(peak(whole), place, atol=0.05)


@pytest.mark.parametrize("place", PLACES)
def test_images_made_without_the_simulator_are_put_together(place: tuple[float, ...]) -> None:
    camera = small_camera()
    images = ball_images(camera, np.array(place))
    boxes = Reconstructor(camera, 24, "none")
    around = next(boxes.boxes(images, np.array([place])))[0]
    np.testing.assert_allclose(peak(around), 12, atol=0.02)
    off = next(boxes.boxes(images, np.array([place]) - [1.5, -0.7, 0.4]))[0]
    np.testing.assert_allclose(peak(off), [13.5, 11.3, 12.4], atol=0.05)
    whole = boxes.volume(images, (32, 60, 64))[0]
    np.testing.assert_allclose(peak(whole), place, atol=0.05)


def test_a_box_of_one_object_is_that_of_images_that_show_nothing_else() -> None:
    """Objects in the middle, near an edge and partly beyond it; all of their images are cut."""
    camera = small_camera()
    projector, boxes = Projector(camera), Reconstructor(camera, 24, "phase-flip")
    grid = np.indices((16,) * 3) - 8
    ball = projector.prepare(np.exp(-0.5 * (grid**2).sum(axis=0) / 3.0**2))
    places = np.array([[32.0, 30.3, 16.0], [3.2, 57.0, 26.0], [62.9, 1.4, 5.0]])
    centres = places + np.array([0.7, -1.2, 0.4])
    turns = np.repeat(np.eye(3)[None], 3, axis=0)
    ((images, corners),) = projector.images(ball, turns, places)
    found = boxes.boxes_of_one(images, corners, centres)
    for at in range(3):
        stack = torch.zeros(camera.stack_shape)
        projector.add(stack, ball, turns[at : at + 1], places[at : at + 1])
        expected = next(boxes.boxes(stack[None], centres[at : at + 1]))[0]
        np.testing.assert_allclose(found[at], expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("dual_axis", [False, True])
def test_the_wedge_of_a_reconstruction(dual_axis: bool) -> None:
    """Coefficients of a ball: all there within +-60 degrees, none beyond; or a pyramid."""
    tilts = TiltScheme(step_deg=1.5, dual_axis=dual_axis)
    camera = small_camera((96, 96, 64), tilts=tilts)
    place = np.array([48.0, 48, 32])
    if dual_axis:
        turned = small_camera((96, 96, 64), tilts=TiltScheme(step_deg=1.5))
        images = ball_images(turned, place).repeat(1, 2, 1, 1)
    else:
        images = ball_images(camera, place)
    box = next(Reconstructor(camera, 48, "none").boxes(images, place[None]))[0]
    found = np.abs(np.fft.fftn(box)) / (WIDTH * np.sqrt(2 * np.pi)) ** 3
    k = np.fft.fftfreq(48, 1 / 48)
    z, y, x = np.meshgrid(k, k, k, indexing="ij")
    radius = np.sqrt(x**2 + y**2 + z**2)
    share = found / np.exp(-2 * (np.pi * WIDTH * radius / 48) ** 2)
    shell = (radius > 5) & (radius < 12)
    about_y = np.degrees(np.arctan2(np.abs(z), np.abs(x)))
    about_x = np.degrees(np.arctan2(np.abs(z), np.abs(y)))
    angle = np.minimum(about_y, about_x) if dual_axis else about_y
    # Within a pixel of the edge of the wedge the coefficients fall off.
    edge = 1.5 * np.degrees(1 / np.maximum(np.hypot(x, z), 1))
    inside, outside = shell & (angle < 60 - edge), shell & (angle > 60 + 2 * edge)
    assert inside.sum() > 1000
    assert outside.sum() > 100
    np.testing.assert_allclose(np.median(share[inside]), 1, atol=0.05)
    assert np.quantile(share[inside], 0.02) > 0.8
    assert np.quantile(share[outside], 0.9) < 0.1


def test_two_axes_leave_less_missing_than_one() -> None:
    missing = []
    for dual_axis in (False, True):
        real, _ = insertion_matrices(TiltScheme(dual_axis=dual_axis).matrices(), 32)
        there = np.asarray(real.sum(axis=1)).reshape(32, 32, 17) > 0.05
        k = np.fft.fftfreq(32, 1 / 32)
        z, y, x = np.meshgrid(k, k, np.arange(17), indexing="ij")
        sphere = np.sqrt(x**2 + y**2 + z**2) < 14
        missing.append(float(np.mean(~there[sphere])))
    # A wedge of 60 degrees is a third; a pyramid 1 - 0.84 (Penczek et al. 1995).
    assert 0.25 < missing[0] < 0.36
    assert 0.1 < missing[1] < 0.2


def test_falloff_is_that_of_lens_and_dose() -> None:
    """Along the tilt axis all images share a coefficient: it is the mean of |CTF| times dose."""
    camera = small_camera((96, 96, 32), voxel_size_A=6.0, optics=Optics(mtf_at_nyquist=1.0))
    projector = Projector(camera)
    grid = np.indices((12,) * 3) - 6
    point = np.exp(-0.5 * (grid**2).sum(axis=0) / 1.0)
    stack = torch.zeros(camera.stack_shape)
    place = np.array([48.0, 48, 16])
    projector.add(stack, projector.prepare(point), np.eye(3)[None], place[None])
    box = next(Reconstructor(camera, 64, "phase-flip").boxes(stack[None], place[None]))[0]
    found = np.abs(np.fft.fft(box.sum(axis=(0, 2), dtype=np.float64)))[:26]
    k = np.arange(26) / 64
    ctf = camera.ctf(np.zeros(1), 64)[0, :26, 0].numpy()
    doses = torch.from_numpy(camera.tilts.dose_at_middle_e_A2())
    kept = camera.optics.damage(doses.float(), 64, 6.0)[:, :26, 0].mean(dim=0).numpy()
    ball = (2 * np.pi) ** 1.5 * np.exp(-2 * (np.pi * k) ** 2)
    contrast = camera.optics.contrast_per_A() * camera.voxel_size_A
    expected = contrast * ball * np.abs(ctf) * kept
    scale = expected.max()
    assert np.abs(ctf).min() < 0.15
    assert np.corrcoef(found[1:], expected[1:])[0, 1] > 0.995
    # The missing wedge begins next to this line: it rings by a tenth.
    np.testing.assert_allclose(found[2:] / scale, expected[2:] / scale, atol=0.1)


def test_the_matrix_is_torch_fourier_slices_insertion() -> None:
    generator = torch.Generator().manual_seed(3)
    size = 24
    for dual_axis in (False, True):
        matrices = TiltScheme(step_deg=7, dual_axis=dual_axis).matrices()
        images = torch.randn(len(matrices), size, size, generator=generator)
        coefficients = torch.fft.rfft2(images)
        theirs, weights = insert_central_slices_rfft_3d(
            torch.fft.fftshift(coefficients, dim=-2),
            (size,) * 3,
            torch.from_numpy(np.swapaxes(matrices, 1, 2)).float(),
        )
        expected = torch.fft.ifftshift(theirs / weights.clamp(min=1), dim=(0, 1)).numpy()
        real, imaginary = insertion_matrices(matrices, size)
        flat = coefficients.reshape(-1).numpy()
        found = (real @ flat.real + 1j * (imaginary @ flat.imag)).reshape(expected.shape)
        k = np.fft.fftfreq(size, 1 / size)
        z, y, x = np.meshgrid(k, k, np.arange(size // 2 + 1), indexing="ij")
        sphere = np.sqrt(x**2 + y**2 + z**2) < size // 2 - 2  # theirs fills the corners too
        np.testing.assert_allclose(found[sphere], expected[sphere], atol=2e-3 * np.abs(found).max())


def test_batches_and_channels_do_not_matter() -> None:
    camera = small_camera()
    images = torch.randn(2, *camera.stack_shape, generator=torch.Generator().manual_seed(0))
    boxes = Reconstructor(camera, 16, "phase-flip")
    places = np.random.default_rng(0).uniform(10, 50, (5, 3)) * [1, 1, 0.5]
    together = list(boxes.boxes(images, places))
    for place, found in zip(places, together, strict=True):
        for channel in (0, 1):
            alone = next(boxes.boxes(images[channel : channel + 1], place[None]))[0]
            np.testing.assert_allclose(found[channel], alone, atol=1e-5)


def test_tiles_agree_with_boxes_anywhere() -> None:
    """What a box shows does not depend on where its frame lies, but for its defocus."""
    camera = small_camera()
    images = ball_images(camera, np.array([30.0, 31, 17]))
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    images = images + 0.2 * smooth(noise)
    boxes = Reconstructor(camera, 24, "none")
    whole = boxes.volume(images, (32, 60, 64))[0]
    box = next(boxes.boxes(images, np.array([[30.0, 30, 16]])))[0]
    same = whole[4:28, 18:42, 18:42]
    assert np.corrcoef(box.ravel(), same.ravel())[0, 1] > 0.98


def smooth(noise: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(ndimage.gaussian_filter(noise.numpy(), (0, 0, 2, 2)) * 5)


def test_tiles_cover_a_volume_once() -> None:
    shape = (20, 33, 41)
    corners = tile_corners(shape, 16)
    count = np.zeros(shape, int)
    for z, y, x in corners:
        count[z : z + 16, y : y + 16, x : x + 16] += 1
    assert (count == 1).all()
    assert cheapest_tile_px((200, 512, 512)) % 2 == 0
