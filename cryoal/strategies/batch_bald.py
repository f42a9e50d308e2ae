"""``batch-bald``: items whose labels together tell most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.strategies.bald import mutual_information
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import dropout_posteriors
from cryoal.strategies.label_configurations import LabelConfigurations
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy

# Items looked at at once.
BATCH = 64


@register(
    "batch-bald",
    summary="Items whose labels jointly tell most of the model's parameters",
    paper="Kirsch, van Amersfoort and Gal, NeurIPS 2019",
    cost="further passes of the layers that drop; sampled joint entropies",
)
@dataclass(frozen=True)
class BatchBald(Strategy):
    """Greedy joint mutual information (Kirsch, van Amersfoort and Gal, NeurIPS 2019, Alg. 1).

    Two measures of ours make a query of a thousand of a hundred thousand practicable. Only the
    items of the highest BALD scores are looked at: beside others an item never tells more than
    alone, so that those far down come late if ever. And T draws of dropout hold no more than
    log T nats; when the labels chosen so far would give nearly all of it away, nothing is left
    to rank by, and the rest of the query begins anew.

    Attributes:
        configurations: of labels, exact up to that many, then sampled. The authors' code keeps
            10,000 for batches of 10; here 256, for time.
        shortlist: items looked at for each asked for (ours).
        shortlist_least: items looked at at the least (ours).
        unknown: share of the entropy of the draw that must be left (ours).
    """

    configurations: int = 256
    shortlist: int = 4
    shortlist_least: int = 2000
    unknown: float = 0.05

    needs: ClassVar[frozenset[Need]] = frozenset({Need.DROPOUT_SAMPLES})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice; ties by the context's seed."""
        generator = context.generator()
        posteriors = dropout_posteriors(context)
        listed = self.listed(mutual_information(posteriors), k, generator)
        chosen = self.greedy(posteriors[:, listed], min(k, len(listed)), generator)
        positions: npt.NDArray[np.int64] = context.candidates[listed[chosen].numpy()]
        return positions

    def listed(self, scores: Tensor, k: int, generator: torch.Generator) -> Tensor:
        """Places of the highest of ``scores`` (n,), in random order."""
        shuffle = torch.randperm(len(scores), generator=generator)
        count = min(max(self.shortlist * k, self.shortlist_least), len(scores))
        top = shuffle[scores[shuffle].topk(count).indices]
        return top[torch.randperm(count, generator=generator)]

    def greedy(self, posteriors: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Places (count,) within ``posteriors`` (draws, n, classes), in the order of choice."""
        alone = mutual_information(posteriors)
        bounds = alone.clone()
        chosen = torch.empty(count, dtype=torch.int64)
        configurations = LabelConfigurations(len(posteriors), self.configurations, generator)
        for place in range(count):
            if configurations.unknown < self.unknown:
                configurations = LabelConfigurations(
                    len(posteriors), self.configurations, generator
                )
                bounds = alone.index_fill(0, chosen[:place], -1.0)
            best = most_telling(posteriors, bounds, configurations)
            configurations.add(posteriors[:, best])
            bounds[best] = -1.0
            chosen[place] = best
        return chosen


def most_telling(posteriors: Tensor, bounds: Tensor, configurations: LabelConfigurations) -> int:
    """The item of ``posteriors`` (draws, n, classes) whose label tells most beyond the chosen.

    What an item tells only shrinks as others are chosen, so that what it told some choices ago
    is a bound: no more items are looked at than have the highest ones. ``bounds`` (n,), -1 for
    those chosen, are brought up to date in place.
    """
    fresh = torch.zeros(len(bounds), dtype=torch.bool)
    while not fresh[best := int(bounds.argmax())]:
        near = bounds.topk(min(BATCH, len(bounds))).indices
        near = near[~fresh[near] & (bounds[near] >= 0)]
        stale = torch.cat([near, torch.tensor([best])])
        bounds[stale] = configurations.information(posteriors[:, stale])
        fresh[stale] = True
    return best
