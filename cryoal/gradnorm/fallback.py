"""Per-sample gradients that no rule covers: one sample at a time, through the whole model."""

import torch
from torch import Tensor, nn


def squared_norms(
    model: nn.Module,
    parameters: list[nn.Parameter],
    x: Tensor,
    logit_gradients: list[Tensor],
) -> list[list[Tensor]]:
    """For each gradient by the logits (B, ...) and each parameter, squared norms (B,)."""
    rows = [
        _one_sample(model, parameters, x[i : i + 1], [g[i : i + 1] for g in logit_gradients])
        for i in range(len(x))
    ]
    return [
        [torch.stack([row[term][p] for row in rows]) for p in range(len(parameters))]
        for term in range(len(logit_gradients))
    ]


def _one_sample(
    model: nn.Module, parameters: list[nn.Parameter], sample: Tensor, seeds: list[Tensor]
) -> list[list[Tensor]]:
    logits = model(sample)
    rows = []
    for seed in seeds:
        gradients = torch.autograd.grad(
            logits,
            parameters,
            seed,
            retain_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )
        rows.append([gradient.square().sum() for gradient in gradients])
    return rows
