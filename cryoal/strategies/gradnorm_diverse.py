"""``gradnorm-diverse``: large gradients that differ, of all predicted classes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.diversity import FactoredRows, NearestTaken, balanced_turns
from cryoal.strategies.badge import predicted_class_gradient
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import embeddings
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "gradnorm-diverse",
    summary="k-means++ over gradients of the exact norm, in turn per predicted class",
    paper="cryoal; after Wang et al., AAAI 2022, and Ash et al., ICLR 2020",
    cost="one backward pass a candidate",
)
class GradnormDiverse(Strategy):
    """Gradient norms made safe for a batch.

    The largest norms alone are neither spread nor typical: with few labels half of such a query
    is of one class, and does worse than a random one. So each candidate is a vector as long as
    its entropy gradient norm over the whole network (Wang et al., AAAI 2022, Eq. 7), in the
    direction of the last layer's gradient for the predicted class (Ash et al., ICLR 2020), which
    tells items that would teach the same from those that would not. They are drawn as k-means++
    draws, with odds by squared distance to those drawn before, each from the predicted class
    that has the fewest labels by then. The zero vector counts as drawn: else, beside one long
    gradient, all short ones would be as far away as the second longest.
    """

    needs: ClassVar[frozenset[Need]] = frozenset(
        {Need.PROBABILITIES, Need.EMBEDDINGS, Need.ENTROPY_GRADNORM}
    )

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order drawn."""
        rows = rescaled_rows(
            predicted_class_gradient(context.probabilities),
            embeddings(context),
            context.gradient_norms(Need.ENTROPY_GRADNORM),
        )
        predicted = context.outputs.logits.argmax(1).numpy()
        classes = context.outputs.logits.shape[1]
        turns = balanced_turns(
            np.bincount(context.labels, minlength=classes),
            np.bincount(predicted, minlength=classes),
            k,
            context.seed,
        )
        draw = NearestTaken(rows, rows.squared_norms, context.seed)
        for group in turns.tolist():
            draw.take(draw.by_distance(np.flatnonzero(draw.left & (predicted == group))))
        return context.candidates[draw.taken]


def rescaled_rows(left: Tensor, right: Tensor, lengths: Tensor) -> FactoredRows:
    """Outer products of ``left`` (n, classes) and ``right`` (n, d), made ``lengths`` (n,) long.

    One that has no direction, of a certain posterior or an embedding of zeros, has no length.
    """
    own = torch.linalg.vector_norm(left, dim=1) * torch.linalg.vector_norm(right, dim=1)
    scales = torch.where(own > 0, lengths / own.clamp_min(1e-30), 0.0)
    return FactoredRows(left * scales[:, None], right)
