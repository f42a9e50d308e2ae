"""Who answers a query."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt


class Oracle(ABC):
    """Gives the class of queried items; ``name`` is recorded as the annotator."""

    name: str

    @abstractmethod
    def answer(self, items: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Class position of each item (k,)."""


class LabelTable(Oracle):
    """Answers from labels known beforehand: the oracle of every simulated comparison."""

    name = "label table"

    def __init__(self, labels: npt.NDArray[np.int64]) -> None:
        """``labels`` (N,) over the whole pool, -1 where unknown."""
        self.labels = labels

    def answer(self, items: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Labels of ``items``; asking for an unknown one is a mistake of the caller."""
        answers = self.labels[items]
        if (answers < 0).any():
            raise ValueError("the label table was asked for items that it does not know")
        return answers
