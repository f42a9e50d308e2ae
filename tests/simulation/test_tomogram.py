from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from tomogram_recipes import tiny_recipe

from cryoal.errors import CryoalError
from cryoal.simulation.detector import Detector
from cryoal.simulation.own_signal import own_signals
from cryoal.simulation.reconstruction import Reconstructor
from cryoal.simulation.tomogram import MadeTomogram, TomogramMaker, project

DATA = Path(os.environ.get("CRYOAL_DATA", Path(__file__).parents[2] / "../shared/data"))


@pytest.fixture(scope="module")
def made() -> MadeTomogram:
    return TomogramMaker(tiny_recipe(snrs=[0.05, 0.5, math.inf], number=6, seed=2)).make(0)


def test_the_ratio_is_the_asked_one_in_the_boxes_themselves() -> None:
    """Signal and noise told apart by regression on the noiseless box, with nothing else there."""
    found: dict[float, list[float]] = {0.05: [], 0.5: []}
    for seed in range(6):
        alone = TomogramMaker(tiny_recipe(snrs=[*found, math.inf], number=1, seed=seed)).make(0)
        ((_, at_snrs),) = alone.subtomograms()
        clean = at_snrs[math.inf].astype(np.float64).ravel()
        for snr, ratios in found.items():
            noisy = at_snrs[snr].astype(np.float64).ravel()
            share = (noisy @ clean) / (clean @ clean)
            ratios.append(share**2 * clean.var() / (noisy - share * clean).var())
    # By chance the noise has some of the signal in it: a few of 8000 voxels' worth.
    assert np.mean(found[0.05]) == pytest.approx(0.05, rel=0.1)
    assert np.mean(found[0.5]) == pytest.approx(0.5, rel=0.05)


def test_neighbours_with_a_label_are_no_signal(made: MadeTomogram) -> None:
    """The signal of each ratio against a tomogram of that particle alone, made as a whole."""
    particles = made.specimen.particles
    picks = np.array([box.pick_px for box in made.boxes])
    boxes = Reconstructor(made.camera, made.recipe.box_px, made.recipe.correction)
    noises = [noise.var() for (noise,) in boxes.boxes(made._stacks[1:], picks)]
    whole = [signal.var() for (signal,) in boxes.boxes(made._stacks[:1], picks)]
    own = list(own_signals(particles, picks, boxes))
    detector = Detector(made.camera, 560.0)
    for at, particle in enumerate(particles):
        images = detector.blur(project(replace(made.specimen, particles=[particle]), made.camera))
        ((expected,),) = boxes.boxes(images[None], picks[at : at + 1])
        np.testing.assert_allclose(own[at], expected, atol=0.01 * expected.std())
        assert made.ratios[at, 0] == pytest.approx(expected.var() / noises[at], rel=0.01)
    # They do lie there: with them one box holds a third more.
    assert max(whole / made.ratios[:, 0] / noises) > 1.3


def test_ratios_by_box_and_mask(made: MadeTomogram) -> None:
    for snr in (0.05, 0.5):
        factor = made.noise_factor(snr)
        assert made.ratios[:, 0].mean() / factor**2 == pytest.approx(snr)
    assert made.noise_factor(math.inf) == 0
    assert made.ratios[:, 1].mean() > 1.5 * made.ratios[:, 0].mean()


def test_boxes_and_whole_tomogram_show_the_same(made: MadeTomogram) -> None:
    volumes = dict(made.volumes())
    assert volumes[0.5].shape == (32, 56, 64)
    for volume in volumes.values():
        assert volume.dtype == np.float32
        assert (volume.mean(), volume.std()) == pytest.approx((0, 1), abs=1e-4)
    for box, at_snrs in made.subtomograms():
        first = box.pick_px[::-1] - 10
        grid = np.indices((20, 20, 20)) + first[:, None, None, None]
        inside = ((grid.T >= 0) & (grid.T <= [31, 55, 63])).all(axis=-1).T
        cut = ndimage.map_coordinates(volumes[math.inf], grid, order=3)[inside]
        assert np.corrcoef(cut, at_snrs[math.inf][inside])[0, 1] > 0.95


def test_dark_is_bright_turned_over() -> None:
    bright, dark = (
        TomogramMaker(tiny_recipe(contrast=contrast, number=2)).make(0)
        for contrast in ("bright", "dark")
    )
    for (_, one), (_, other) in zip(bright.subtomograms(), dark.subtomograms(), strict=True):
        np.testing.assert_allclose(one[0.5], -other[0.5], atol=1e-5)
    for _, at_snrs in bright.subtomograms():
        middle = at_snrs[0.5][7:13, 7:13, 7:13]
        assert middle.mean() > 0.2


def test_tilt_images_are_counts_and_protein_is_dark(made: MadeTomogram) -> None:
    counts = dict(made.counts())[math.inf]
    assert counts.shape == (21, 56, 64)
    ice = np.quantile(counts[10], 0.9)
    assert ice == pytest.approx(120 / 21 * 400 * np.exp(-560 / 3100), rel=0.05)
    assert counts[10].min() < 0.97 * ice
    assert np.quantile(counts[0], 0.95) < 0.95 * ice


def test_other_things_in_the_ice_are_neither_signal_nor_noise() -> None:
    """More background leaves particle signal, noise level and ratio as they are, nearly."""
    alone, among = (
        TomogramMaker(tiny_recipe(background=share, number=3)).make(0) for share in (0.0, 0.05)
    )
    np.testing.assert_allclose(alone.ratios[:, 0], among.ratios[:, 0], rtol=0.05)
    boxes = [next(made.subtomograms())[1][0.5] for made in (alone, among)]
    assert np.corrcoef(boxes[0].ravel(), boxes[1].ravel())[0, 1] < 0.97


def test_no_such_device() -> None:
    with pytest.raises(CryoalError, match="device 'nonsense'"):
        TomogramMaker(tiny_recipe(device="nonsense"))


def radial_power(boxes: np.ndarray) -> np.ndarray:
    """Mean power in shells of one Fourier pixel, (box // 2,), over boxes (n, z, y, x)."""
    n = boxes.shape[-1]
    power = (np.abs(np.fft.fftn(boxes, axes=(1, 2, 3))) ** 2).mean(axis=0)
    k = np.fft.fftfreq(n, 1 / n)
    radius = np.rint(np.sqrt(sum(axis**2 for axis in np.meshgrid(k, k, k)))).astype(int)
    sums = np.bincount(radius.ravel(), power.ravel())
    return (sums / np.bincount(radius.ravel()))[: n // 2]


REAL = DATA / "empiar10499/backprojected_40x32x32x32.npy"


@pytest.mark.skipif(not REAL.is_file(), reason=f"no real subtomograms in {DATA}")
def test_spectrum_and_wedge_of_real_ribosomes() -> None:
    """70S ribosomes of EMPIAR-10499, 12 Å, 37 tilts, against the built-in one simulated so.

    The real boxes are sums of CTF times image over sums of CTF squared: so are these made.
    """
    real = np.load(REAL).astype(np.float64)
    recipe = tiny_recipe(
        size_px=(160, 160, 64),
        voxel_size_A=12.0,
        thickness_nm=70.0,
        number=12,
        background=0.02,
        box_px=32,
        tilts={"max_deg": 54.0, "step_deg": 3.0, "dose_e_A2": 95.0},
        optics={"defocus_um": [2.5, 3.5]},
        correction="multiply",
        snrs=[math.inf, 0.01],
    )
    made = TomogramMaker(recipe).make(0)
    pairs = [at_snrs for _, at_snrs in made.subtomograms()]
    boxes = np.array([[pair[snr] for pair in pairs] for snr in recipe.snrs], np.float64)
    transfer = made.camera.ctf(np.linspace(-20, 20, 9), 32).numpy()
    shells = np.hypot(np.fft.fftfreq(32, 1 / 32)[:, None], np.arange(17)[None]).round()
    squares = np.array([np.square(transfer[:, shells == shell]).mean() for shell in range(16)])
    parts = np.array([radial_power(stack) / (squares + 0.02) ** 2 for stack in boxes])[:, 1:15]
    found = radial_power(real)[1:15]
    mixed = best_mix(found, parts)
    assert np.ptp(np.log(found)) > 5
    assert np.corrcoef(np.log(found), np.log(mixed))[0, 1] > 0.9
    profiles = [power_by_angle(stack) for stack in (real, boxes[1])]
    assert np.corrcoef(*profiles)[0, 1] > 0.8
    for profile in profiles:
        assert profile[7:].max() < 0.2 * profile[:5].mean()


def power_by_angle(boxes: np.ndarray) -> np.ndarray:
    """Mean power by angle from the plane of 0 degrees about y, in steps of 10 degrees, (9,)."""
    power = (np.abs(np.fft.fftn(boxes, axes=(1, 2, 3))) ** 2).mean(axis=0)
    k = np.fft.fftfreq(boxes.shape[-1], 1 / boxes.shape[-1])
    z, y, x = np.meshgrid(k, k, k, indexing="ij")
    angle = np.degrees(np.arctan2(np.abs(z), np.abs(x)))
    shell = (np.hypot(z, x) > 4) & (np.hypot(z, x) < 12) & (np.abs(y) < 8)
    return np.array([power[shell & (angle // 10 == step)].mean() for step in range(9)])


def best_mix(found: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The mix of spectra (2, n), no share negative, whose logarithm is nearest to that found."""
    shares = np.linspace(0, 1, 101)
    mixes = shares[:, None] * parts[0] + (1 - shares)[:, None] * parts[1]
    offsets = (np.log(found) - np.log(mixes)).mean(axis=1, keepdims=True)
    errors = np.square(np.log(found) - np.log(mixes) - offsets).sum(axis=1)
    best = int(errors.argmin())
    return mixes[best] * np.exp(offsets[best])
