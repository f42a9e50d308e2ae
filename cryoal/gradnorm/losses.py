"""Scalar losses of the logits whose per-sample gradient is measured."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from cryoal.errors import CryoalError

LossName = Literal["entropy", "expected", "egl"]
PerSampleLoss = Callable[[Tensor], Tensor]
Loss = LossName | PerSampleLoss


@dataclass(frozen=True)
class Term:
    """One gradient to measure: the score is the sum over terms of weight * ||grad value||.

    Attributes:
        weight: (B,), held fixed.
        value: (B,), differentiable in the logits.
    """

    weight: Tensor
    value: Tensor


def entropy(logits: Tensor) -> Tensor:
    """Entropy in nats of the softmax posterior, (B, C) -> (B,).

    Wang et al., "Boosting Active Learning via Improving Test Performance", AAAI 2022, Eq. 7.
    Computed from log_softmax, so saturated posteriors keep a finite value and gradient.
    """
    log_posterior = logits.log_softmax(1)
    return -(log_posterior.exp() * log_posterior).sum(1)


def expected(logits: Tensor) -> Tensor:
    """Expected cross-entropy sum_i p_i CE(z, i), (B, C) -> (B,).

    Wang et al., AAAI 2022, Eq. 6. The posterior p is differentiated, as in the authors' code,
    and CE(z, i) = -log p_i, so this is the entropy of Eq. 7 and ranks as `entropy` does, up to
    rounding. With p held fixed the gradient would be sum_i p_i (p - e_i) = 0 for every input.
    The distinct scheme of this family is `egl`.
    """
    return (logits.softmax(1) * -logits.log_softmax(1)).sum(1)


def expected_gradient_length(logits: Tensor) -> list[Term]:
    """The C terms of sum_i p_i ||grad CE(z, i)||, with p held fixed as weights.

    Settles and Craven, EMNLP 2008, Eq. 9.
    """
    log_posterior = logits.log_softmax(1)
    posterior = log_posterior.detach().exp()
    return [Term(posterior[:, i], -log_posterior[:, i]) for i in range(logits.shape[1])]


def terms(loss: Loss, logits: Tensor) -> list[Term]:
    """The gradients that `loss` asks for.

    Args:
        loss: a name, or a callable from logits (B, ...) to one scalar a sample (B,).
        logits: (B, C) for the named losses.

    Raises:
        CryoalError: unknown name, logits of another shape, or a callable that does not return
            one scalar a sample.
    """
    if callable(loss):
        return [_unweighted(loss(logits), logits)]
    if logits.dim() != 2:
        raise CryoalError(
            f"loss {loss!r} needs logits of shape (B, C), the model gave {tuple(logits.shape)}"
        )
    if loss == "entropy":
        return [_unweighted(entropy(logits), logits)]
    if loss == "expected":
        return [_unweighted(expected(logits), logits)]
    if loss == "egl":
        return expected_gradient_length(logits)
    raise CryoalError(f"unknown loss {loss!r}: use 'entropy', 'expected', 'egl' or a callable")


def logit_gradients(loss: Loss, logits: Tensor) -> list[tuple[Tensor, Tensor]]:
    """For each term of `loss` its weight (B,) and its gradient by the logits (as `logits`)."""
    leaf = logits.detach().requires_grad_()
    with torch.enable_grad():
        asked = terms(loss, leaf)
    return [(term.weight, _gradient(term.value, leaf)) for term in asked]


def _gradient(value: Tensor, leaf: Tensor) -> Tensor:
    if not value.requires_grad:
        return torch.zeros_like(leaf)
    (gradient,) = torch.autograd.grad(
        value.sum(), leaf, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return gradient


def _unweighted(value: Tensor, logits: Tensor) -> Term:
    if value.shape != logits.shape[:1]:
        raise CryoalError(
            f"a loss must give one scalar a sample, shape {tuple(logits.shape[:1])}, "
            f"not {tuple(value.shape)}"
        )
    return Term(torch.ones_like(value.detach()), value)
