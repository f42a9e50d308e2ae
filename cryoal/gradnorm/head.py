"""Gradient norms of the last linear layer alone, in closed form: no backward through the body.

For z = W h + b the gradient by W is (dL/dz) h^T, so its norm is ||dL/dz|| ||h||; by b it is
dL/dz. Together sqrt(||h||^2 + 1) ||dL/dz||.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.gradnorm import rules
from cryoal.gradnorm.lengths import Aggregate, Lengths
from cryoal.gradnorm.plan import Plan


@dataclass
class LinearCall:
    """One call of a linear layer: its input, its output, and the output's version then."""

    layer: nn.Linear
    x: Tensor
    output: Tensor
    version: int


@dataclass
class LinearCalls:
    """The last call of any linear layer, and that of ``model.head``."""

    last: LinearCall | None = None
    head: LinearCall | None = None

    def giving(self, logits: Tensor) -> LinearCall | None:
        """The call whose output is `logits`."""
        call = self.last
        if call is None or call.output is not logits or logits._version != call.version:
            return None  # it never was, or was changed in place since
        return call


@contextmanager
def watch_linear(model: nn.Module, cut_at_head: bool = False) -> Iterator[LinearCalls]:
    """Note the calls of linear layers in forward passes of `model`.

    With `cut_at_head` the output of ``model.head`` starts a new graph, so that gradients by it
    can be had from a pass that is otherwise run without.
    """
    calls = LinearCalls()
    head = getattr(model, "head", None)

    def note(layer: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
        assert isinstance(layer, nn.Linear)
        if layer is head and cut_at_head:
            torch.set_grad_enabled(True)  # until the caller's no_grad block ends
            leaf = output.detach().requires_grad_()
            output = leaf.clone()  # a leaf could not be changed in place
            calls.head = LinearCall(layer, args[0].detach(), leaf, leaf._version)
        calls.last = LinearCall(layer, args[0].detach(), output, output._version)
        return output

    handles = [
        module.register_forward_hook(note)
        for module in model.modules()
        if isinstance(module, nn.Linear)
    ]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


class HeadPass:
    """A forward pass of `model` over x (B, ...) that measures its last linear layer alone.

    That is the layer that gives the logits, or else ``model.head``.

    Attributes:
        logits: (B, ...).
        embeddings: (B, width), the layer's input, or None if it is not of this shape.

    Raises:
        CryoalError: there is no such layer, or its first dimension is not the batch.
    """

    def __init__(self, model: nn.Module, _: Plan, x: Tensor, aggregate: Aggregate) -> None:
        with torch.no_grad(), watch_linear(model, cut_at_head=True) as calls:
            self.logits: Tensor = model(x)
        call = calls.giving(self.logits) or calls.head
        if call is None:
            raise CryoalError(
                "no last linear layer: the logits are not the output of an nn.Linear and the "
                "model has no linear 'head'; use scope='all'"
            )
        if len(call.x) != len(x):
            raise CryoalError("the last linear layer does not see the batch first: use scope='all'")
        self._call, self._aggregate = call, aggregate
        self.embeddings = call.x if call.x.dim() == 2 else None

    def lengths(self, logit_gradients: list[Tensor]) -> list[Tensor]:
        """For each gradient by the logits, the aggregated norms (B,) of weight and bias."""
        return [self._length(gradient) for gradient in logit_gradients]

    def _length(self, gradient: Tensor) -> Tensor:
        call = self._call
        if self.logits.requires_grad:
            (gradient,) = torch.autograd.grad(
                self.logits,
                call.output,
                gradient,
                retain_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )
        squared = rules.linear(call.layer, call.x, gradient)
        lengths = Lengths(gradient.new_zeros(len(call.x)), self._aggregate)
        for name, parameter in call.layer.named_parameters(recurse=False):
            if parameter.requires_grad:
                lengths.add(squared[name])
        return lengths.result()
