"""The reference against a gradient written out by hand."""

import torch
from torch import nn

from cryoal.gradnorm import reference


def test_reference_by_hand() -> None:
    model = nn.Linear(2, 1)
    x = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    norms = reference.gradient_norms(model, x, lambda z: 2 * z[:, 0])
    torch.testing.assert_close(norms, torch.tensor([2 * 5.0 + 2, 2 * 2.0 + 2]))
    whole = reference.gradient_norms(model, x, lambda z: 2 * z[:, 0], "global")
    torch.testing.assert_close(whole, torch.tensor([104.0, 20.0]).sqrt())
    assert model.weight.grad is None


def test_empty_batch() -> None:
    assert reference.gradient_norms(nn.Linear(2, 3), torch.zeros(0, 2)).shape == (0,)
