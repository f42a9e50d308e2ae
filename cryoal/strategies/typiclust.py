"""``typiclust``: the most typical item of each cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.diversity import k_means_clusters, mean_neighbour_distances
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import features, labelled_features
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy

Indices = npt.NDArray[np.int64]


@register(
    "typiclust",
    summary="The most typical item of each cluster that has no label yet",
    paper="Hacohen, Dekel and Weinshall, ICML 2022",
    cost="k-means and nearest neighbours on the features",
)
@dataclass(frozen=True)
class TypiClust(Strategy):
    """Typical clustering (Hacohen, Dekel and Weinshall, ICML 2022, Algorithm 1).

    As many clusters as there are labels and items asked for, on features of unit length. Clusters
    with the fewest labels come first, of these the largest; from each in turn the item with the
    nearest neighbours. Made for few labels and self-supervised features. Typicality is by mean
    Euclidean distance, as in the paper; the authors' code takes squared distances.

    Attributes:
        most_clusters: 500, the authors' code.
        neighbours: 20, the paper; half of a small cluster, the authors' code.
        least_size: smaller clusters are left aside, 5 in the paper; their items serve where the
            others run out.
    """

    most_clusters: int = 500
    neighbours: int = 20
    least_size: int = 5

    needs: ClassVar[frozenset[Need]] = frozenset({Need.FEATURES, Need.LABELLED})

    def select(self, context: QueryContext, k: int) -> Indices:
        """Candidates in the order of the clusters' turns."""
        points = F.normalize(features(context))
        everything = torch.cat([F.normalize(labelled_features(context)), points])
        labelled = len(everything) - len(points)
        count = min(labelled + min(k, len(points)), self.most_clusters)
        clusters = k_means_clusters(everything, count, context.seed)
        random = np.random.default_rng(context.seed)
        # Equal items stay in this order, so that the seed decides between them.
        shuffled = random.permutation(len(points))
        members = [
            shuffled[clusters[labelled:][shuffled] == cluster]
            for cluster in range(clusters.max() + 1)
        ]
        order = self.turns(clusters, labelled)
        chosen: list[int] = []
        while len(chosen) < min(k, len(points)):
            for cluster in order:
                if len(members[cluster]) and len(chosen) < k:
                    typical = most_typical(points[members[cluster]], self.neighbours)
                    chosen.append(int(members[cluster][typical]))
                    members[cluster] = np.delete(members[cluster], typical)
            if not any(len(members[cluster]) for cluster in order):
                order = np.arange(len(members))
        return context.candidates[chosen]

    def turns(self, clusters: Indices, labelled: int) -> Indices:
        """Clusters that are large enough, in the order of their turns."""
        sizes = np.bincount(clusters)
        labels = np.bincount(clusters[:labelled], minlength=len(sizes))
        order = np.lexsort([-sizes, labels])
        return order[sizes[order] >= self.least_size]


def most_typical(points: Tensor, neighbours: int) -> int:
    """Row of ``points`` (n, d) with the nearest neighbours; the first of equal ones."""
    return int(mean_neighbour_distances(points, min(neighbours, len(points) // 2)).argmin())
