"""Exact per-sample gradient norms of a model, in batches that fit a memory budget."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.gradnorm.full import FullPass
from cryoal.gradnorm.head import HeadPass
from cryoal.gradnorm.lengths import Aggregate
from cryoal.gradnorm.losses import Loss, logit_gradients
from cryoal.gradnorm.plan import Plan, forget, plan_for

MEMORY_BUDGET_BYTES = 2**30
"""Default of `memory_budget_bytes`: 1 GiB."""


@dataclass(frozen=True)
class Scored:
    """What one pass over a batch gives.

    Attributes:
        norms: by loss, in the order asked, (B,) each.
        logits: (B, C).
        embeddings: (B, width), the input of the linear layer that gives the logits; None if the
            logits come from anything else.
    """

    norms: list[Tensor]
    logits: Tensor
    embeddings: Tensor | None


def gradient_norms(
    model: nn.Module,
    x: Tensor,
    loss: Loss = "entropy",
    aggregate: Aggregate = "sum",
    scope: Literal["all", "head"] = "all",
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
) -> Tensor:
    """Norm of each sample's gradient of `loss` by the trainable parameters of `model`.

    As Wang et al., "Boosting Active Learning via Improving Test Performance", AAAI 2022.
    The model is left as it was: parameters, ``.grad``, training flags, buffers.

    Args:
        model: gives logits (B, C); its BatchNorm and Dropout layers in eval mode. Parameters
            with ``requires_grad=False`` do not count.
        x: (B, ...), on the model's device.
        loss: ``entropy`` (Eq. 7); ``expected`` (Eq. 6), which is the same up to rounding (see
            `cryoal.gradnorm.losses.expected`); ``egl``, the expected gradient length
            sum_i p_i ||grad CE(z, i)||; or a callable from logits to one scalar a sample, (B,).
        aggregate: ``sum`` over parameter tensors of each tensor's L2 norm, as the authors' code
            ranks, or ``global``, the L2 norm of the whole gradient.
        scope: ``all`` parameters, or those of the last linear layer, the ``head``.
        memory_budget_bytes: what activations may take; x is split to keep to it, down to one
            sample at a time.

    Returns:
        (B,), non-negative.

    Raises:
        CryoalError: tied parameters, BatchNorm or Dropout in training mode, no trainable
            parameter, an unknown option, an output or a loss of the wrong shape, or a layer
            whose input is overwritten in place.

    Warns:
        UserWarning: a parametrised layer has no rule and is measured one sample at a time.
    """
    return score(model, x, [loss], aggregate, scope, memory_budget_bytes).norms[0]


def score(
    model: nn.Module,
    x: Tensor,
    losses: Sequence[Loss],
    aggregate: Aggregate = "sum",
    scope: Literal["all", "head"] = "all",
    memory_budget_bytes: int = MEMORY_BUDGET_BYTES,
) -> Scored:
    """As `gradient_norms` for several losses, sharing one forward pass and giving its logits."""
    if aggregate not in ("sum", "global"):
        raise CryoalError(f"unknown aggregate {aggregate!r}: use 'sum' or 'global'")
    if scope not in ("all", "head"):
        raise CryoalError(f"unknown scope {scope!r}: use 'all' or 'head'")
    with _exact(x.device.type):
        x = x.detach().clone() if x.is_inference() else x.detach()
        if len(x) == 0:
            return _empty(score(model, x.new_zeros(1, *x.shape[1:]), losses, aggregate, scope))
        plan = plan_for(model, x)
        run = HeadPass if scope == "head" else _full_pass
        parts = [
            _score_part(run(model, plan, part, aggregate), losses)
            for part in torch.split(x, _part_size(plan, len(x), memory_budget_bytes))
        ]
    return _joined(parts)


def _full_pass(model: nn.Module, plan: Plan, x: Tensor, aggregate: Aggregate) -> FullPass:
    """A pass whose plan covers it: where the model's layers changed since, after a new plan."""
    ran = FullPass(model, plan, x, aggregate)
    if not ran.is_covered:
        forget(model)
        ran = FullPass(model, plan_for(model, x), x, aggregate)
        if not ran.is_covered:
            raise CryoalError(
                "the model uses other layers at each call: gradient norms need the same ones"
            )
    return ran


class Pass(Protocol):
    """A forward pass that can say how long the gradients behind its logits are."""

    logits: Tensor
    embeddings: Tensor | None

    def lengths(self, logit_gradients: list[Tensor]) -> list[Tensor]:
        """For each gradient by the logits (B, ...), the aggregated norms (B,)."""


def _score_part(ran: Pass, losses: Sequence[Loss]) -> Scored:
    """Lengths are linear in the logit gradient, so it is scaled to 1 lest squares underflow."""
    asked = [logit_gradients(loss, ran.logits) for loss in losses]
    scales, seeds = [], []
    for _, gradient in chain.from_iterable(asked):
        largest = gradient.abs().flatten(1).amax(1)
        scales.append(largest)
        unit = torch.where(largest > 0, largest, 1)
        seeds.append(gradient / unit.reshape(-1, *[1] * (gradient.dim() - 1)))
    lengths = iter([s * length for s, length in zip(scales, ran.lengths(seeds), strict=True)])
    norms = [
        torch.stack([weight * next(lengths) for weight, _ in gradients]).sum(0)
        for gradients in asked
    ]
    return Scored(norms, ran.logits.detach(), ran.embeddings)


@contextmanager
def _exact(device_type: str) -> Iterator[None]:
    """Gradients on, reduced precision off, whatever the caller has set."""
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(device_type, enabled=False),
    ):
        yield


def _part_size(plan: Plan, samples: int, memory_budget_bytes: int) -> int:
    """Samples in one pass: as many as the budget holds, evenly spread over the passes."""
    most = max(1, memory_budget_bytes // max(1, plan.bytes_per_sample))
    passes = max(1, -(-samples // most))
    return max(1, -(-samples // passes))


def _empty(one: Scored) -> Scored:
    """No rows of the shapes that one sample gives."""
    embeddings = None if one.embeddings is None else one.embeddings[:0]
    return Scored([norms[:0] for norms in one.norms], one.logits[:0], embeddings)


def _joined(parts: list[Scored]) -> Scored:
    embeddings = [part.embeddings for part in parts if part.embeddings is not None]
    return Scored(
        [torch.cat(norms) for norms in zip(*(part.norms for part in parts), strict=True)],
        torch.cat([part.logits for part in parts]),
        torch.cat(embeddings) if len(embeddings) == len(parts) else None,
    )
