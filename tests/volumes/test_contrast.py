from __future__ import annotations

import numpy as np
import torch

from cryoal.volumes.contrast import InvertContrast
from cryoal.volumes.normalise import normalise


def test_is_what_the_wrong_contrast_shows() -> None:
    box = np.random.default_rng(0).normal(3, 2, (6, 6, 6)).astype(np.float32)
    inverted = InvertContrast()(box, "a")
    shown = [
        normalise(torch.from_numpy(volume)[None, None], contrast)
        for volume, contrast in ((inverted, "bright"), (box, "dark"))
    ]
    assert torch.allclose(*shown, atol=1e-6)
    assert inverted.dtype == np.float32
