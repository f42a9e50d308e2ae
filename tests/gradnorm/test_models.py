"""Every registered 3D model: engine and reference agree."""

import pytest
import torch

import models3d
from cryoal.gradnorm import reference, score


@pytest.mark.parametrize("name", models3d.names())
def test_model(name: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models3d.build(name, 1, 3, 32).eval()
    x = torch.randn(2, 1, 32, 32, 32, generator=torch.Generator().manual_seed(1))
    scored = score(model, x, ["entropy", "egl"])
    torch.testing.assert_close(
        scored.norms[0], reference.gradient_norms(model, x), rtol=1e-4, atol=0
    )
    with torch.no_grad():
        torch.testing.assert_close(scored.embeddings, model.embed(x), rtol=1e-4, atol=1e-5)
