from __future__ import annotations

import numpy as np
import pytest
import torch
from tilted_blobs import BALLS, correlation, images, peaks, transferred, views, volume

from cryoal.volumes.back_projection import BackProjector, signal_to_noise

PIXEL_A = 40.0  # so coarse that almost no frequency is taken for noise
ALL_ROUND = np.arange(-90.0, 90, 3)
TILTS = np.arange(-60.0, 61, 3)


def back_projected(
    matrices: np.ndarray,
    stack: np.ndarray,
    factor: np.ndarray | None = None,
    *,
    premultiplied: bool = False,
    visible: np.ndarray | None = None,
    pixel_A: float = PIXEL_A,
) -> np.ndarray:
    projector = BackProjector(matrices, stack.shape[-1], pixel_A)
    size = projector.padded_px
    shape = (len(stack), size, size // 2 + 1)
    factor = np.ones(shape) if factor is None else np.broadcast_to(factor, shape)
    seen = np.ones(len(stack), bool) if visible is None else visible
    found = projector.volumes(
        torch.from_numpy(stack)[None],
        torch.from_numpy(factor.astype(np.float32))[None],
        seen[None],
        np.array([premultiplied]),
    )
    return found[0].numpy()


@pytest.mark.parametrize("box_px", [24, 25])
@pytest.mark.parametrize(("axis_deg", "x_tilt_deg"), [(0.0, 0.0), (85.3, 4.0), (-170.0, 0.0)])
def test_an_object_comes_back_in_the_tomograms_frame(
    box_px: int, axis_deg: float, x_tilt_deg: float
) -> None:
    """Every axis, the hand, the place and the height, of odd and even boxes."""
    matrices = views(ALL_ROUND, axis_deg, x_tilt_deg)
    found = back_projected(matrices, images(matrices, box_px))
    truth = volume(box_px)
    assert found.shape == truth.shape
    np.testing.assert_allclose(peaks(found), peaks(truth), atol=0.1)
    assert correlation(found, truth) > 0.97
    np.testing.assert_allclose(found.max(), truth.max(), rtol=0.1)
    for axis in range(3):
        assert correlation(np.flip(found, axis), truth) < 0.6
    assert correlation(found.transpose(0, 2, 1), truth) < 0.6
    assert correlation(found.transpose(2, 1, 0), truth) < 0.6


@pytest.mark.parametrize("box_px", [24, 25])
def test_with_a_missing_wedge_it_is_in_its_place_still(box_px: int) -> None:
    matrices = views(TILTS, 85.3)
    found = back_projected(matrices, images(matrices, box_px))
    np.testing.assert_allclose(peaks(found), BALLS[:, :3], atol=0.5)


def test_the_missing_wedge_stays_empty() -> None:
    matrices = views(TILTS, 85.3)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(len(matrices), 32, 32)).astype(np.float32)
    power = np.abs(np.fft.fftn(back_projected(matrices, noise))) ** 2
    k = np.fft.fftfreq(32, 1 / 32)
    z, y, x = np.meshgrid(k, k, k, indexing="ij")
    shell = np.sqrt(x**2 + y**2 + z**2)
    shell = (shell > 6) & (shell < 14)
    angle = np.degrees(np.arctan2(np.abs(z), np.abs(x)))
    edge = 2 * np.degrees(1 / np.maximum(np.hypot(x, z), 1))
    inside, wedge = shell & (angle < 60 - edge), shell & (angle > 60 + edge)
    assert wedge.sum() > 500
    assert power[wedge].mean() < 0.02 * power[inside].mean()


def test_tilts_out_of_sight_have_no_influence() -> None:
    matrices = views(TILTS)
    stack = images(matrices, 16)
    visible = np.random.default_rng(0).random(len(stack)) < 0.7
    expected = back_projected(matrices[visible], stack[visible])
    stack[~visible] = np.nan
    found = back_projected(matrices, stack, visible=visible)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_images_may_be_multiplied_by_their_transfer_already() -> None:
    matrices = views(TILTS)
    stack = images(matrices, 24)
    factor = np.linspace(-1, 1, len(stack))[:, None, None]
    raw = transferred(stack, np.broadcast_to(factor, (len(stack), 48, 25)))
    expected = back_projected(matrices, raw, factor)
    found = back_projected(matrices, raw * factor.astype("f4"), factor, premultiplied=True)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert correlation(found, back_projected(matrices, stack)) > 0.95


def test_the_estimate_is_wieners() -> None:
    """One view, one frequency: a coefficient is ``c^2 / (c^2 + 1 / SNR)`` of the true one."""
    size, pixel_A, wave = 32, 10.0, 5
    x = np.arange(size) - size // 2
    stack = np.tile(np.cos(2 * np.pi * wave * x / size), (1, size, 1)).astype(np.float32)
    ratio = signal_to_noise(np.array(wave / size / pixel_A))
    for transfer in (1.0, 0.5, -0.3):
        seen = (stack * transfer).astype(np.float32)
        found = back_projected(np.eye(3)[None], seen, np.array([transfer]), pixel_A=pixel_A)
        full = back_projected(np.eye(3)[None], stack, np.array([1.0]), pixel_A=1e4)
        line, whole = found[:, size // 2].sum(axis=0), full[:, size // 2].sum(axis=0)
        share = np.vdot(line, whole) / np.vdot(whole, whole)
        expected = transfer**2 / (transfer**2 + 1 / ratio)
        np.testing.assert_allclose(share, expected, rtol=0.05)


def test_the_signal_falls_with_frequency() -> None:
    found = signal_to_noise(np.array([0, 1 / 70, 1 / 51, 1 / 37, 1 / 27]))
    np.testing.assert_allclose(found, [100, 5.7, 2.0, 0.45, 0.06], rtol=0.05)


def test_frequencies_without_signal_are_0_not_infinite() -> None:
    matrices = views(TILTS)
    assert np.isfinite(back_projected(matrices, images(matrices, 16), pixel_A=0.5)).all()


def test_a_batch_is_as_each_alone() -> None:
    matrices = views(TILTS)
    rng = np.random.default_rng(0)
    stacks = torch.from_numpy(rng.normal(size=(3, len(matrices), 16, 16)).astype(np.float32))
    projector = BackProjector(matrices, 16, PIXEL_A)
    size = projector.padded_px
    factor = torch.from_numpy(rng.random((3, len(matrices), size, size // 2 + 1), np.float32))
    visible = rng.random((3, len(matrices))) < 0.7
    flags = np.array([True, False, True])
    together = projector.volumes(stacks, factor, visible, flags)
    assert torch.equal(together, projector.volumes(stacks, factor, visible, flags))
    for at in range(3):
        one = slice(at, at + 1)
        alone = projector.volumes(stacks[one], factor[one], visible[one], flags[one])
        torch.testing.assert_close(together[one], alone)
