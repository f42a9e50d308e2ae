"""Jacobians and curvatures as whole matrices, slow and obvious."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def jacobian(model: nn.Module, x: Tensor) -> Tensor:
    """Of the logits (B, C) by the trainable parameters, (B, C, P): one backward pass an entry."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    logits = model(x)
    rows = [
        torch.cat([g.flatten() for g in torch.autograd.grad(z, parameters, retain_graph=True)])
        for z in logits.flatten()
    ]
    return torch.stack(rows).reshape(*logits.shape, -1)


def gauss_newton_matrix(model: nn.Module, x: Tensor, damping: float) -> Tensor:
    """Damped Gauss-Newton matrix (P, P) of the mean cross-entropy, item by item."""
    posteriors = model(x).detach().softmax(1)
    total = torch.zeros(())
    for of_item, p in zip(jacobian(model, x), posteriors, strict=True):
        total = total + of_item.T @ (torch.diag(p) - torch.outer(p, p)) @ of_item
    return total / len(x) + damping * torch.eye(total.shape[0], dtype=total.dtype)
