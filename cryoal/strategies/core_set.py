"""``core-set``: greedy k-center on the embeddings."""

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
    "core-set",
    summary="Farthest from all labelled and chosen items in the embedding",
    paper="Sener and Savarese, ICLR 2018",
    cost="one product with all embeddings an item asked for",
)
class CoreSet(Strategy):
    """Core-set selection by greedy k-center (Sener and Savarese, ICLR 2018, Algorithm 1).

    The labelled items are centres from the start; then always the candidate farthest from its
    nearest centre, by Euclidean distance of the embeddings. The paper's robust variant needs a
    mixed-integer solver, gains little over the greedy one, and is left out.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.EMBEDDINGS, Need.LABELLED})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice; ties by the context's seed."""
        chosen = k_center_greedy(embeddings(context), k, context.seed, labelled_embeddings(context))
        return context.candidates[chosen]
