"""Two graph convolutions that tell labelled from unlabelled points."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cryoal.auxiliary.graph import SimilarityGraph


class GraphNetwork(nn.Module):
    """Graph convolution, ReLU, dropout, graph convolution to one logit (Kipf and Welling 2017).

    Args:
        graph: over all points, labelled or not; its own points are the input.
        width: of the hidden layer.
        dropout: of the hidden layer.
    """

    def __init__(self, graph: SimilarityGraph, width: int, dropout: float) -> None:
        super().__init__()
        self.graph = graph
        # The first convolution's propagation has no parameter: it is done once.
        self.propagated = graph.propagate(graph.points)
        self.hidden = nn.Linear(graph.points.shape[1], width)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(width, 1)

    def features(self) -> Tensor:
        """Hidden layer (n, width)."""
        return torch.relu(self.hidden(self.propagated))

    def forward(self) -> Tensor:
        """Log-odds (n,) that a point is labelled."""
        weighted = self.dropout(self.features()) @ self.output.weight.T
        return (self.graph.propagate(weighted) + self.output.bias)[:, 0]
