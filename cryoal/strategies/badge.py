"""``badge``: k-means++ over the last layer's gradients."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

from cryoal.diversity import FactoredRows, k_means_plus_plus
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import embeddings
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "badge",
    summary="k-means++ over gradients of the last layer for the predicted class",
    paper="Ash et al., ICLR 2020",
    cost="one product with all embeddings an item asked for",
)
class Badge(Strategy):
    """Batch active learning by diverse gradient embeddings (Ash et al., ICLR 2020, Algorithm 1).

    The gradient of the last layer's weights, were the predicted class the true one, is the outer
    product of ``posterior - predicted class`` and the embedding. Its length is the uncertainty,
    its direction the diversity; k-means++ seeding weighs both. The first item has the longest
    gradient, as in the authors' code. The outer products are never made.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES, Need.EMBEDDINGS})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order drawn."""
        rows = FactoredRows(predicted_class_gradient(context.probabilities), embeddings(context))
        return context.candidates[k_means_plus_plus(rows, k, context.seed)]


def predicted_class_gradient(posterior: Tensor) -> Tensor:
    """Gradient (n, classes) of the cross-entropy by the logits, for the likeliest class."""
    predicted = posterior.argmax(1, keepdim=True)
    gradient = posterior.clone()
    # Less 1, as the sum of the others: near certainty the difference from 1 would be rounding.
    others = gradient.scatter(1, predicted, 0.0).sum(1, keepdim=True)
    return gradient.scatter_(1, predicted, -others)
