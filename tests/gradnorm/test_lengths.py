"""The two ways to add up tensors' norms."""

import torch

from cryoal.gradnorm.lengths import Lengths


def test_sum_adds_norms() -> None:
    lengths = Lengths(torch.zeros(2), "sum")
    lengths.add(torch.tensor([9.0, 0.0]))
    lengths.add(torch.tensor([16.0, 4.0]))
    assert lengths.result().tolist() == [7.0, 2.0]


def test_global_adds_squares() -> None:
    lengths = Lengths(torch.zeros(2), "global")
    lengths.add(torch.tensor([9.0, 0.0]))
    lengths.add(torch.tensor([16.0, 4.0]))
    assert lengths.result().tolist() == [5.0, 2.0]
