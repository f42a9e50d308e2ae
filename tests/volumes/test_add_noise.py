"""Noise added to boxes whose signal is known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from cryoal.simulation.assemblies import builtin
from cryoal.simulation.microscope import Microscope
from cryoal.simulation.subtomograms import Simulator
from cryoal.volumes.add_noise import AddNoise
from cryoal.volumes.noise_law import NoiseMeter


def ratio(box: npt.NDArray[np.floating], signal: npt.NDArray[np.floating]) -> float:
    """Signal to noise of ``box``, whose signal is known up to its scale."""
    slope = float((box * signal).sum() / (signal * signal).sum())
    return float((slope * signal).var() / (box - slope * signal).var())


@pytest.mark.parametrize("before", [0.1, 0.5, math.inf])
@pytest.mark.parametrize("after", [0.09, 0.05, 0.01])
def test_what_is_asked_for_comes_out(before: float, after: float) -> None:
    simulator = Simulator([builtin("ribosome_70s")], Microscope(24, 17.5), seed=1)
    pairs = [simulator.item("ribosome_70s", i, [before, math.inf]) for i in range(40)]
    meter = NoiseMeter(24)
    for noisy, _ in pairs:
        meter.add(noisy.voxels)
    change = AddNoise(meter.law(), before, after, seed=0)
    ratios = [
        ratio(change(noisy.voxels, str(number)), clean.voxels)
        for number, (noisy, clean) in enumerate(pairs)
    ]
    assert np.mean(ratios) == pytest.approx(after, rel=0.06)


def test_a_draw_hangs_on_name_and_seed_alone() -> None:
    generator = np.random.default_rng(0)
    meter = NoiseMeter(8)
    boxes = generator.standard_normal((5, 8, 8, 8))
    for box in boxes:
        meter.add(box)
    law = meter.law()
    one, lower = AddNoise(law, 0.1, 0.05, 0), AddNoise(law, 0.1, 0.01, 0)
    box = boxes[0]
    assert np.array_equal(one(box, "a"), one(box, "a"))
    assert not np.array_equal(one(box, "a"), one(box, "b"))
    assert not np.array_equal(one(box, "a"), AddNoise(law, 0.1, 0.05, 1)(box, "a"))
    first, second = one(box, "a") - box, lower(box, "a") - box
    assert second / math.sqrt(lower.share / one.share) == pytest.approx(first, abs=1e-5)


@pytest.mark.parametrize("snr", [0.0, -1.0, 0.1, 0.2, math.inf, math.nan])
def test_a_ratio_that_noise_cannot_give_is_refused(snr: float) -> None:
    meter = NoiseMeter(8)
    meter.add(np.random.default_rng(0).standard_normal((8, 8, 8)))
    with pytest.raises(ValueError, match="not between"):
        AddNoise(meter.law(), 0.1, snr, 0)
