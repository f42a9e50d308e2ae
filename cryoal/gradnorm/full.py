"""Per-sample gradient norms over all parameters, from one batched forward and backward pass.

Hooks tap the output of every layer that has a rule. On the way back each tap sees the gradient
by its layer's output, turns it and the layer's input into squared norms at once, and keeps
nothing; weight gradients summed over the batch are never made. So the cost is a forward pass,
the gradients by activations, and the per-sample norms.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from cryoal.errors import CryoalError
from cryoal.gradnorm import fallback
from cryoal.gradnorm.head import watch_linear
from cryoal.gradnorm.lengths import Aggregate, Lengths
from cryoal.gradnorm.plan import Plan

Receive = Callable[[Tensor, Tensor], None]


class _Tap(torch.autograd.Function):
    """The identity, in place, that shows its output's gradient to `receive`.

    In place, so that a later in-place operation finds an ordinary tensor and not a view. `x` is
    saved the way autograd does, so that it is freed at once after use and a change to it is
    noticed.
    """

    @staticmethod
    def forward(
        ctx: Any, output: Tensor, _anchor: Tensor, x: Tensor, what: str, receive: Receive
    ) -> Tensor:
        ctx.mark_dirty(output)
        ctx.what = what
        ctx.save_for_backward(x)
        ctx.receive = receive
        return output

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None, None]:
        try:
            (x,) = ctx.saved_tensors
        except RuntimeError as error:
            raise CryoalError(
                f"the input of {ctx.what} is overwritten in place after the layer ran: "
                "make that operation out of place"
            ) from error
        ctx.receive(x, grad)
        return grad, None, None, None, None


class FullPass:
    """A forward pass of `model` over x (B, ...), with taps.

    Attributes:
        logits: (B, ...), with their graph.
        embeddings: (B, width), the input of the linear layer that gives the logits, or None.
        is_covered: whether the plan fits what the model did in this pass.
    """

    def __init__(self, model: nn.Module, plan: Plan, x: Tensor, aggregate: Aggregate) -> None:
        self._model, self._plan, self._x, self._aggregate = model, plan, x, aggregate
        self._lengths = self._zero()
        # Backward runs through what leads to the anchor, that is through every tap, and not
        # into the weights, nor into what lies before the first tap.
        self._anchor = x.new_zeros((), requires_grad=True)
        self._tapped: set[str] = set()
        with self._taps(), watch_linear(model) as calls:
            self.logits: Tensor = model(x)
        self.is_covered = plan.covers(model, self.logits, self._tapped)
        call = calls.giving(self.logits)
        self.embeddings = call.x if call is not None and call.x.dim() == 2 else None
        _warn_slow(plan)

    def lengths(self, logit_gradients: list[Tensor]) -> list[Tensor]:
        """For each gradient by the logits, the aggregated norms (B,); once only.

        The graph is freed on the way.
        """
        passes = [
            self._backward(gradient, keep=number + 1 < len(logit_gradients))
            for number, gradient in enumerate(logit_gradients)
        ]
        if self._plan.slow:
            slow = list(self._plan.slow.values())
            rows = fallback.squared_norms(self._model, slow, self._x, logit_gradients)
            for lengths, squared in zip(passes, rows, strict=True):
                for one in squared:
                    lengths.add(one)
        return [lengths.result() for lengths in passes]

    def _backward(self, logit_gradient: Tensor, keep: bool) -> Lengths:
        self._lengths = self._zero()
        if self._plan.rules:
            torch.autograd.grad(
                self.logits, self._anchor, logit_gradient, retain_graph=keep, allow_unused=True
            )
        return self._lengths

    def _zero(self) -> Lengths:
        return Lengths(self._x.new_zeros(len(self._x)), self._aggregate)

    @contextmanager
    def _taps(self) -> Iterator[None]:
        # Prepended, to see the layer's own output before any other hook changes it.
        handles = [
            self._model.get_submodule(name).register_forward_hook(self._tap(name), prepend=True)
            for name in self._plan.rules
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _tap(self, name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
        def hook(layer: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
            (x,) = args
            if len(x) != len(self._x) or len(output) != len(self._x):
                self._plan.give_up(name, layer)
                return output
            if output._is_view():  # its base must stay as it is
                output = output.clone()
            self._tapped.add(name)
            what = f"{type(layer).__name__} {name!r}"
            return _apply_tap(output, self._anchor, x.detach(), what, self._receiver(name, layer))

        return hook

    def _receiver(self, name: str, layer: nn.Module) -> Receive:
        rule = self._plan.rules[name]
        counted = [key for key, p in layer.named_parameters(recurse=False) if p.requires_grad]

        def receive(x: Tensor, grad: Tensor) -> None:
            squared = rule(layer, x, grad)
            for key in counted:
                self._lengths.add(squared[key])

        return receive


def _apply_tap(output: Tensor, anchor: Tensor, x: Tensor, what: str, receive: Receive) -> Tensor:
    apply: Callable[..., Tensor] = _Tap.apply  # untyped in torch
    return apply(output, anchor, x, what, receive)


def _warn_slow(plan: Plan) -> None:
    for kind in sorted(plan.slow_kinds):
        warnings.warn(
            f"no gradient norm rule fits {kind} as this model uses it: its parameters are "
            "measured one sample at a time, which is slow",
            stacklevel=2,
        )
