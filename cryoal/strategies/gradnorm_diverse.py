"""``gradnorm-diverse``: large gradients, spread over what no label covers yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cryoal.diversity import k_center_greedy
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import embeddings, labelled_embeddings
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "gradnorm-diverse",
    summary="Large gradients far from all labelled and chosen items in the embedding",
    paper="cryoal; after Wang et al., AAAI 2022, and Sener and Savarese, ICLR 2018",
    cost="one backward pass a candidate, one product with all embeddings an item asked for",
)
class GradnormDiverse(Strategy):
    """Gradient norms made safe for a batch.

    The largest norms alone are neither spread nor typical: with few labels half of such a query
    is of one class, and does worse than a random one. Here the next item asked for is the one
    with the largest product of entropy gradient norm over the whole network (Wang et al., AAAI
    2022, Eq. 7) and squared distance of its embedding to the nearest labelled or chosen item:
    core-set (Sener and Savarese, ICLR 2018) weighted by what a label would teach. What lies near
    a label, or near an item asked for already, counts for little however large its norm.
    Predicted classes play no part: a class that no label has shown yet is one that the model
    never predicts, and is found by its distance from all labels.
    """

    needs: ClassVar[frozenset[Need]] = frozenset(
        {Need.EMBEDDINGS, Need.LABELLED, Need.ENTROPY_GRADNORM}
    )

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice; ties by the context's seed."""
        chosen = k_center_greedy(
            embeddings(context),
            k,
            context.seed,
            labelled_embeddings(context),
            context.gradient_norms(Need.ENTROPY_GRADNORM),
        )
        return context.candidates[chosen]
