"""A graph that joins everything with everything, by cosine similarity, never as a matrix."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


class SimilarityGraph:
    """Column-normalised cosine similarities with self-loops, applied as products of thin matrices.

    With X the points scaled to unit length the adjacency is A = (X X^T - I) D^-1 + I, where D
    holds the column sums of what is in brackets (Caramalau, Bhattarai and Kim, CVPR 2021, and
    their code). A H = X (X^T D^-1 H) - D^-1 H + H costs O(n d) memory and never n x n.

    A column sum below 1, of a point that is like no other or opposite to most, counts as 1; a
    point of length 0 has no neighbour.

    Args:
        points: (n, d).

    Attributes:
        points: (n, d), scaled to unit length.
    """

    def __init__(self, points: Tensor) -> None:
        self.points = F.normalize(points)
        self.own = self.points.square().sum(1, keepdim=True)
        sums = self.points @ self.points.sum(0)[:, None] - self.own
        self.scale = 1 / sums.clamp_min(1.0)

    def __len__(self) -> int:
        return len(self.points)

    def propagate(self, values: Tensor) -> Tensor:
        """A H for ``values`` H (n, c): to each point, what its neighbours have."""
        scaled = values * self.scale
        return self.points @ (self.points.T @ scaled) - self.own * scaled + values
