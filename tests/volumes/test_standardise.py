"""One box at a time against the batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cryoal.volumes.normalise import normalise
from cryoal.volumes.standardise import standardise


@pytest.mark.parametrize(
    ("mean", "deviation"), [(0, 1), (3, 2), (1000, 1), (-5e4, 30), (0, 1e-8), (0, 1e8)]
)
def test_as_in_a_batch(mean, deviation):
    box = np.random.default_rng(0).normal(mean, deviation, (9, 8, 7)).astype("f4")
    expected = normalise(torch.from_numpy(box)[None], "bright")[0].numpy()
    assert standardise(box)
    assert abs(box.mean()) < 1e-6
    assert box.std() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(box, expected, atol=2e-3)


@pytest.mark.parametrize("value", [0.0, 3.3, -7e4, np.nan, np.inf])
def test_what_cannot_be_done(value):
    box = np.full((6, 6, 6), value, np.float32)
    assert not standardise(box)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
def test_one_bad_voxel(bad):
    box = np.random.default_rng(0).normal(size=(6, 6, 6)).astype("f4")
    box[1, 2, 3] = bad
    assert not standardise(box)
