"""The two base classes: a strategy chooses a query, a scorer ranks candidates one by one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cryoal.learning.companion import Companion
from cryoal.learning.task_model import TaskModel
from cryoal.strategies.context import QueryContext
from cryoal.strategies.needs import Need


class Strategy(ABC):
    """Chooses which candidates to label. Batch-aware methods derive from this directly.

    Attributes:
        needs: what ``select`` reads of the context's outputs.
    """

    needs: ClassVar[frozenset[Need]] = frozenset()

    @abstractmethod
    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """``k`` distinct candidates (all of them where fewer), best first, as pool positions."""

    def companion(
        self,
        model: TaskModel,  # noqa: ARG002 - for subclasses
        item_shape: tuple[int, ...],  # noqa: ARG002 - for subclasses
    ) -> Companion | None:
        """A fresh module to train beside ``model``; its weights from torch's global generator."""
        return None


class Scorer(Strategy):
    """Gives each candidate a number; the query is the ``k`` highest."""

    @abstractmethod
    def score(self, context: QueryContext) -> Tensor:
        """Finite scores (n,), higher = ask first."""

    def select(self, context: QueryContext, k: int) -> npt.NDArray[np.int64]:
        """The ``k`` highest scores; ties are broken by the context's seed, not by position."""
        return self.highest(context, self.score(context), k)

    @staticmethod
    def highest(context: QueryContext, scores: Tensor, k: int) -> npt.NDArray[np.int64]:
        """What ``select`` gives for ``scores`` (n,), which may have taken long to compute."""
        shuffle = torch.randperm(len(scores), generator=context.generator())
        order = shuffle[torch.argsort(scores[shuffle], descending=True, stable=True)]
        chosen: npt.NDArray[np.int64] = context.candidates[order[:k].numpy()]
        return chosen
