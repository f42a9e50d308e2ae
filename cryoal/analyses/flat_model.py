"""A model as a function of one vector of parameters."""

from __future__ import annotations

import warnings
from functools import cache

import torch
from torch import Tensor, nn
from torch.func import functional_call, jvp, vjp


class FlatModel:
    """A model in eval mode as a function of the vector of its P trainable parameters.

    J below is the Jacobian of the logits of a batch by that vector; it is never made.

    Args:
        model: left as it is.

    Attributes:
        vector: (P,) the parameters' values, a copy.
    """

    def __init__(self, model: nn.Module) -> None:
        load_forward_mode()
        self.model = model.eval()
        trainable = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
        self.shapes = {name: value.shape for name, value in trainable.items()}
        self.vector = torch.cat([value.flatten() for value in trainable.values()])

    def logits(self, vector: Tensor, x: Tensor) -> Tensor:
        """Logits (B, C) of items (B, ...) under the parameters ``vector`` (P,)."""
        parts = torch.split(vector, [shape.numel() for shape in self.shapes.values()])
        named = {
            name: part.reshape(shape)
            for part, (name, shape) in zip(parts, self.shapes.items(), strict=True)
        }
        logits: Tensor = functional_call(self.model, named, (x,))
        return logits

    def pushed(self, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C), and J times ``direction`` (P,): how fast they change that way (B, C)."""
        # The result's type depends on an argument that is not given.
        pushed = jvp(lambda v: self.logits(v, x), (self.vector,), (direction,))
        return pushed[0], pushed[1]

    def pulled(self, x: Tensor, gradient: Tensor) -> Tensor:
        """The transpose of J times the ``gradient`` (B, C) by the logits: that by the vector."""
        with torch.enable_grad():
            pull = vjp(lambda v: self.logits(v, x), self.vector)[1]
        (product,) = pull(gradient)
        result: Tensor = product.detach()
        return result


@cache
def load_forward_mode() -> None:
    """Let torch load what its forward mode needs: at the first use it warns of its own code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        jvp(torch.sin, (torch.zeros(()),), (torch.ones(()),))
