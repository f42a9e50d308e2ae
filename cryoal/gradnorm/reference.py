"""Per-sample gradient norms by plain autograd, one sample at a time: slow and obvious.

What the engine is held to, and what it is timed against.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from cryoal.gradnorm.losses import Loss, terms


def gradient_norms(
    model: nn.Module,
    x: Tensor,
    loss: Loss = "entropy",
    aggregate: Literal["sum", "global"] = "sum",
    scope: Literal["all", "head"] = "all",
) -> Tensor:
    """As `cryoal.gradnorm.gradient_norms`, (B,); `scope="head"` means ``model.head``."""
    measured = model if scope == "all" else model.get_submodule("head")
    parameters = [parameter for parameter in measured.parameters() if parameter.requires_grad]
    norms = [_norm(model, parameters, x[i : i + 1], loss, aggregate) for i in range(len(x))]
    return torch.stack(norms) if norms else x.new_zeros(0)


def _norm(
    model: nn.Module,
    parameters: list[nn.Parameter],
    sample: Tensor,
    loss: Loss,
    aggregate: Literal["sum", "global"],
) -> Tensor:
    total = sample.new_zeros((), dtype=torch.float64)
    for term in terms(loss, model(sample)):
        gradients = torch.autograd.grad(
            term.value.sum(),
            parameters,
            retain_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )
        # torch sums a float32 norm naively: over 30 million entries it is off by 1e-3
        lengths = torch.stack([gradient.double().norm() for gradient in gradients])
        total = total + term.weight[0] * (lengths.sum() if aggregate == "sum" else lengths.norm())
    return total.to(sample.dtype)
