"""``balanced-random``: a random draw with as many of each predicted class as can be."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cryoal.diversity import balanced_turns
from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "balanced-random",
    summary="Uniform draw within predicted classes, those with the fewest labels first",
    paper="baseline",
)
class BalancedRandom(Strategy):
    """A random draw that makes the labelled set even over the classes, as far as one can foresee.

    Each item is drawn uniformly from the candidates predicted to be of the class that has the
    fewest labels, those of this query counted as predicted. The simple baseline that a scheme
    with a claim to balance has to beat.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({Need.PROBABILITIES})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order drawn; ties between classes by the context's seed."""
        predicted = context.outputs.logits.argmax(1).numpy()
        classes = context.outputs.logits.shape[1]
        turns = balanced_turns(
            np.bincount(context.labels, minlength=classes),
            np.bincount(predicted, minlength=classes),
            k,
            context.seed,
        )
        shuffled = np.random.default_rng(context.seed).permutation(len(context))
        chosen = np.empty(len(turns), np.int64)
        for group in np.unique(turns):
            places = np.flatnonzero(turns == group)
            chosen[places] = shuffled[predicted[shuffled] == group][: len(places)]
        return context.candidates[chosen]
