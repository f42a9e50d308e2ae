"""``gradnorm-diverse``: large gradients, spread over what no label covers yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cryoal.diversity import greedy_k_means_plus_plus
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import embeddings, labelled_embeddings
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "gradnorm-diverse",
    summary="Typical of where gradients are large and no label is near",
    paper="cryoal; after Wang et al., AAAI 2022",
    cost="one backward pass a candidate, and products with all embeddings an item asked for",
)
class GradnormDiverse(Strategy):
    """Gradient norms made safe for a batch.

    The largest norms alone are neither spread nor typical: with few labels half of such a query
    is of one class, and does worse than a random one. Here the norm of a candidate's entropy
    gradient over the whole network (Wang et al., AAAI 2022, Eq. 7) is the weight that it brings
    to a k-means of the embeddings, whose centres are the labelled items and those asked for:
    greedy, weighted k-means++ lowers the gradient that is left far from any label. What lies
    near a label, or near an item asked for already, counts for little however large its norm;
    so does an outlier. Predicted classes play no part: a class that no label has shown yet is
    one that the model never predicts, and is found by its distance from all labels.
    """

    needs: ClassVar[frozenset[Need]] = frozenset(
        {Need.EMBEDDINGS, Need.LABELLED, Need.ENTROPY_GRADNORM}
    )

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice."""
        chosen = greedy_k_means_plus_plus(
            embeddings(context),
            context.gradient_norms(Need.ENTROPY_GRADNORM),
            k,
            context.seed,
            labelled_embeddings(context),
        )
        return context.candidates[chosen]
