"""``core-gcn``: k-center on features of a graph network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from cryoal.auxiliary import GraphNetwork, SimilarityGraph, seeded
from cryoal.diversity import k_center_greedy
from cryoal.strategies.context import QueryContext
from cryoal.strategies.given import embeddings, labelled_embeddings
from cryoal.strategies.needs import Need
from cryoal.strategies.registry import register
from cryoal.strategies.strategy import Strategy


@register(
    "core-gcn",
    summary="Farthest from labelled and chosen items in features of a graph network",
    paper="Caramalau, Bhattarai and Kim, CVPR 2021",
    cost="a graph network trained on all embeddings",
)
@dataclass(frozen=True)
class CoreGcn(Strategy):
    """Sequential graph convolutional network, CoreGCN (Caramalau, Bhattarai and Kim, CVPR 2021).

    A graph network over the embeddings of candidates and labelled items learns to tell the two
    apart; greedy k-center on its hidden features then chooses, with the labelled items as centres
    from the start. The adjacency, cosine similarity normalised by column with self-loops, is
    exact but never a matrix. The released code's default of 20 epochs is not the paper's.

    Attributes:
        width: 128, the paper.
        dropout: 0.3, the paper.
        epochs: 200, the paper; a step each.
        learning_rate: 1e-3 (Adam), the paper.
        weight_decay: 5e-4, the paper.
        unlabelled_weight: 1.2, of the candidates' loss; the paper.
    """

    width: int = 128
    dropout: float = 0.3
    epochs: int = 200
    learning_rate: float = 1e-3
    weight_decay: float = 5e-4
    unlabelled_weight: float = 1.2

    needs: ClassVar[frozenset[Need]] = frozenset({Need.EMBEDDINGS, Need.LABELLED})

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """Candidates in the order of choice; ties by the context's seed."""
        centres = labelled_embeddings(context)
        points = torch.cat([centres, embeddings(context)])
        features = self.features(points, len(centres), context.seed)
        known, open_ones = features[: len(centres)], features[len(centres) :]
        return context.candidates[k_center_greedy(open_ones, k, context.seed, known)]

    def features(self, points: Tensor, labelled: int, seed: int) -> Tensor:
        """Hidden features (n, width) of the trained network.

        Args:
            points: (n, d), the labelled ones first.
            labelled: how many these are.
        """
        with seeded(seed):
            network = GraphNetwork(SimilarityGraph(points), self.width, self.dropout).train()
            optimizer = torch.optim.Adam(
                network.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay
            )
            for _ in range(self.epochs):
                optimizer.zero_grad(set_to_none=True)
                loss = state_loss(network(), labelled, self.unlabelled_weight)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        with torch.no_grad():
            return network.eval().features()


def state_loss(log_odds: Tensor, labelled: int, unlabelled_weight: float) -> Tensor:
    """Cross-entropy of 'labelled', means over both kinds, the candidates' weighted.

    Args:
        log_odds: (n,) of being labelled, the ``labelled`` first ones truly so.
    """
    unlabelled = F.softplus(log_odds[labelled:]).mean()
    if labelled == 0:
        return unlabelled_weight * unlabelled
    return F.softplus(-log_odds[:labelled]).mean() + unlabelled_weight * unlabelled
