"""What a strategy may look at when it chooses a query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.learning.outputs import Outputs
from cryoal.strategies.needs import GRADIENT_LOSSES, Need
from cryoal.strategies.workshop import Workshop


@dataclass(frozen=True)
class QueryContext:
    """Candidates of one cycle and the task model's view of them.

    Attributes:
        candidates: (n,) positions in the whole pool, distinct, none of them labelled.
        outputs: the model's outputs, row i belonging to ``candidates[i]``.
        labelled: (m,) positions in the whole pool of the labelled set.
        labels: (m,) class positions of the labelled set.
        seed: of this query; every random choice comes from it.
        labelled_outputs: logits, embeddings and features of the labelled set, row i belonging to
            ``labelled[i]``; only for a strategy that declares ``Need.LABELLED``.
        workshop: only for one that declares ``Need.WORKSHOP`` or ``Need.COMPANION``.
    """

    candidates: npt.NDArray[np.int64]
    outputs: Outputs
    labelled: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    seed: int
    labelled_outputs: Outputs | None = None
    workshop: Workshop | None = None

    def __len__(self) -> int:
        return len(self.candidates)

    def generator(self) -> torch.Generator:
        """A fresh CPU generator; the same draws at every call."""
        return torch.Generator().manual_seed(self.seed)

    @property
    def probabilities(self) -> Tensor:
        """Posterior of the candidates (n, classes)."""
        return self.outputs.probabilities

    def gradient_norms(self, need: Need) -> Tensor:
        """Gradient norms (n,) that the strategy declared to need."""
        return self.outputs.gradient_norms[GRADIENT_LOSSES[need]]
