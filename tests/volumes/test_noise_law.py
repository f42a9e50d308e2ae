"""The law of a noise, measured on simulated boxes whose noise is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import fft

from cryoal.simulation.assemblies import builtin
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.subtomograms import Simulator
from cryoal.volumes.noise_law import (
    NoiseMeter,
    frequency_shells,
    multiplicity,
    shell_means,
    wedge_power,
)

NAMES = ("ribosome_70s", "groel", "apoferritin", "proteasome_20s")


def measured(snr: float, box_px: int = 24, tilt: float = 60.0) -> tuple[NoiseMeter, Microscope]:
    microscope = Microscope(box_px, 420 / box_px, tilt)
    simulator = Simulator([builtin(name) for name in NAMES], microscope, seed=3)
    meter = NoiseMeter(box_px)
    for item in simulator.items(25, [snr]):
        meter.add(item.voxels)
    return meter, microscope


@pytest.mark.parametrize("snr", [0.03, 0.1, 0.5, 2.0])
def test_the_corners_tell_the_ratio(snr: float) -> None:
    meter, _ = measured(snr)
    assert meter.law().snr == pytest.approx(snr, rel=0.12)


@pytest.mark.parametrize("snr", [0.05, 1.5, math.inf])
@pytest.mark.parametrize("tilt", [60.0, 45.0])
def test_the_wedge_is_that_of_the_boxes(snr: float, tilt: float) -> None:
    meter, microscope = measured(snr, tilt=tilt)
    shells = frequency_shells(meter.box_px)
    found = np.sqrt(wedge_power(meter.power, shells))
    seen = (shells > 1) & (shells < meter.box_px // 2)
    assert found[seen & (microscope.wedge == 0)].max() < 0.05
    assert np.corrcoef(found[seen], microscope.wedge[seen])[0, 1] > (0.98 if snr < 2 else 0.93)


@pytest.mark.parametrize(("box_px", "snr"), [(24, 0.05), (21, 0.05), (24, math.inf)])
def test_a_draw_has_variance_1_and_the_spectrum_of_the_noise(box_px: int, snr: float) -> None:
    meter, microscope = measured(snr, box_px)
    law = meter.law()
    draws = [law.draw(np.random.default_rng(seed)) for seed in range(40)]
    assert np.mean([draw.var() for draw in draws]) == pytest.approx(1, abs=0.02)
    power = np.mean([np.abs(fft.rfftn(draw)) ** 2 for draw in draws], axis=0)
    generator = np.random.default_rng(5)
    true = [np.abs(fft.rfftn(microscope.noise(generator))) ** 2 for _ in range(40)]
    shells = frequency_shells(box_px)
    ours, theirs = (
        shell_means(p, shells)[2 : box_px // 2 - 1] for p in (power, np.mean(true, axis=0))
    )
    ratios = ours / ours.sum() * theirs.sum() / theirs
    assert ratios == pytest.approx(np.ones_like(ratios), abs=0.2)


def test_coloured_noise_is_drawn_in_its_colour() -> None:
    generator = np.random.default_rng(0)
    n = 24
    falling = 1 / (1 + frequency_shells(n))
    meter = NoiseMeter(n)
    for _ in range(80):
        white = fft.rfftn(generator.standard_normal((n, n, n)))
        meter.add(fft.irfftn(white * falling, s=(n, n, n)))
    law = meter.law()
    shells = frequency_shells(n)
    slope = shell_means(law.amplitude, shells)[2:11] * (1 + np.arange(2, 11))
    assert slope == pytest.approx(np.full(9, slope.mean()), rel=0.15)
    assert law.snr < 0.05


@pytest.mark.parametrize("box_px", [8, 9])
def test_multiplicity_counts_each_coefficient_of_the_full_transform(box_px: int) -> None:
    whole = np.broadcast_to(multiplicity(box_px), (box_px, box_px, box_px // 2 + 1))
    assert whole.sum() == box_px**3


def test_without_boxes_there_is_no_law() -> None:
    with pytest.raises(ValueError, match="no box"):
        NoiseMeter(8).law()
