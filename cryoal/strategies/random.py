"""``random``: the baseline that every scheme has to beat."""

from __future__ import annotations

import torch
from torch import Tensor

from cryoal.strategies.context import QueryContext
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Scorer


@register("random", summary="Uniform draw without replacement", paper="baseline")
class Random(Scorer):
    """A uniform random score, so that the query is a uniform draw without replacement."""

    def score(self, context: QueryContext) -> Tensor:
        """Uniform in [0, 1)."""
        return torch.rand(len(context), generator=context.generator())
