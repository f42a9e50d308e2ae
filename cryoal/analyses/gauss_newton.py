"""The curvature of a training loss, and the solution of linear systems with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse.linalg import LinearOperator, cg
from torch import Tensor

from cryoal.analyses.flat_model import FlatModel

TOLERANCE = 1e-3
MOST_ITERATIONS = 100

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Solution:
    """What conjugate gradients found.

    Attributes:
        vector: (P,).
        iterations: products with the matrix that it took.
        residual: ||b - A x|| / ||b||, computed anew at the end.
    """

    vector: Tensor
    iterations: int
    residual: float


@dataclass(frozen=True)
class GaussNewton:
    """Damped Gauss-Newton matrix of the mean cross-entropy, known by its products with vectors.

    (1/n) sum_i J_i^T (diag(p_i) - p_i p_i^T) J_i + damping I. It is the Hessian of the loss where
    the logits are linear in the parameters, and unlike the Hessian of a network it is positive
    definite, as Koh and Liang (ICML 2017) take the Hessian to be; it does not depend on the
    labels. Memory is that of a batch and of some vectors.

    Attributes:
        model: at the parameters where the curvature is taken.
        batches: the n training items (B, ...); gone through once for each product.
        damping: added to the diagonal, above 0.
    """

    model: FlatModel
    batches: Iterable[Tensor]
    damping: float

    def times(self, vector: Tensor) -> Tensor:
        """Its product with ``vector`` (P,)."""
        total, count = torch.zeros_like(vector), 0
        for x in self.batches:
            logits, change = self.model.pushed(x, vector)
            total += self.model.pulled(x, curved(logits, change))
            count += len(x)
        return total / count + self.damping * vector

    def solve(self, right: Tensor, progress: Progress | None = None) -> Solution:
        """The vector x with A x = ``right`` (P,), by conjugate gradients.

        Args:
            progress: called with (iterations, the most there can be).
        """
        done = 0

        def multiply(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            product = self.times(torch.from_numpy(vector).to(right))
            return product.double().cpu().numpy()

        def count(_: npt.NDArray[np.float64]) -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, MOST_ITERATIONS)

        wanted = right.double().cpu().numpy()
        matrix = LinearOperator((len(wanted),) * 2, matvec=multiply, dtype=np.float64)
        found, _ = cg(matrix, wanted, rtol=TOLERANCE, maxiter=MOST_ITERATIONS, callback=count)
        length = float(np.linalg.norm(wanted))
        residual = float(np.linalg.norm(wanted - multiply(found))) / length if length else 0.0
        return Solution(torch.from_numpy(found).to(right), done, residual)


def curved(logits: Tensor, change: Tensor) -> Tensor:
    """(diag(p) - p p^T) times ``change`` (B, C), the Hessian of the cross-entropy by the logits."""
    posterior = logits.softmax(1)
    weighted = posterior * change
    return weighted - posterior * weighted.sum(1, keepdim=True)
