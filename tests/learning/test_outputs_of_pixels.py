"""One pass of a segmentation model equals the model on each image, slow and obvious."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scenes import open_scenes, scene_preparation, small_segmentation, write_scenes
from torch import Tensor

from cryoal.gradnorm.reference import gradient_norms as slow_gradient_norms
from cryoal.learning.devices import make_fabric
from cryoal.learning.outputs import GradientNormRequest, compute_outputs

INDICES = np.array([4, 0, 10])


def slow_mean_entropy(logits: Tensor) -> Tensor:
    """Mean over the pixels of the entropy of each (B,)."""
    posterior = logits.softmax(1)
    return -(posterior * posterior.log()).sum(1).mean((1, 2))


@pytest.mark.parametrize("aggregate", ["sum", "global"])
@pytest.mark.parametrize("scored", [True, False], ids=["scored", "not scored"])
def test_pass_equals_one_image_at_a_time(tmp_path, aggregate, scored) -> None:
    pool = open_scenes(write_scenes(tmp_path))
    model, preparation = small_segmentation(pool), scene_preparation(pool)
    outputs = compute_outputs(
        model,
        preparation,
        INDICES,
        make_fabric("cpu", "32-true"),
        embeddings=True,
        gradient=GradientNormRequest(("entropy",) if scored else (), aggregate),
        batch_size=2,
    )
    assert outputs.embeddings is not None
    assert outputs.logits.shape == (3, 11)
    for row, index in enumerate(INDICES):
        view = preparation(pool.read([index]))
        with torch.no_grad():
            posterior = model(view).softmax(1).mean((2, 3))[0]
            embedding = model.embed(view).mean((2, 3))[0]
        assert torch.allclose(outputs.probabilities[row], posterior, atol=1e-5)
        assert torch.allclose(outputs.embeddings[row], embedding, atol=1e-5)
        if scored:
            norm = slow_gradient_norms(model, view, slow_mean_entropy, aggregate)
            assert torch.allclose(outputs.gradient_norms["entropy"][row], norm, rtol=1e-3)
