"""Numbers measured on a run after its end, once, and kept beside it."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from cryoal.io.atomic import written_atomically
from cryoal.learning.outputs import compute_outputs
from cryoal.pools import SubtomogramPool
from cryoal.runs import ActiveLearningLoop, LabelTable, RunFolder, is_started
from cryoal.studies.cell import Cell
from cryoal.studies.robustness.condition import Condition

Numbers = Mapping[str, float | None]


@dataclass(frozen=True)
class Probe(ABC):
    """One kind of measurement on one run.

    Attributes:
        condition: of the run.
        cell: the run.
    """

    file: ClassVar[str]
    what: ClassVar[str]

    condition: Condition
    cell: Cell

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.what} of {self.condition.title}, {self.cell.name}"

    @property
    def path(self) -> Path:
        """Where the numbers are kept."""
        return self.cell.path / self.file

    @abstractmethod
    def keys(self) -> Sequence[str]:
        """What is to be measured."""

    @abstractmethod
    def measure(self, folder: RunFolder, keys: Sequence[str]) -> dict[str, Numbers]:
        """Measure the ``keys`` that are not kept yet."""

    def cycle(self, folder: RunFolder) -> int:
        """Whose model is measured."""
        return folder.trained_cycles()[-1]

    def kept(self) -> dict[str, Numbers]:
        """What was measured on the run as it is; nothing while it is not at its end."""
        if not is_started(self.cell.path):
            return {}
        folder = RunFolder.open(self.cell.path)
        try:
            return self.kept_of(folder)
        finally:
            folder.journal.close()

    def kept_of(self, folder: RunFolder) -> dict[str, Numbers]:
        if not folder.is_finished() or not self.path.exists():
            return {}
        kept = json.loads(self.path.read_text(encoding="utf-8"))
        return dict(kept["values"]) if kept["cycle"] == self.cycle(folder) else {}

    def is_due(self) -> bool:
        """Whether the run is at its end and something is still to be measured."""
        if not is_started(self.cell.path):
            return False
        folder = RunFolder.open(self.cell.path)
        try:
            return folder.is_finished() and bool(set(self.keys()) - self.kept_of(folder).keys())
        finally:
            folder.journal.close()

    def run(self) -> None:
        """Measure what is missing and keep it."""
        folder = RunFolder.open(self.cell.path)
        try:
            kept = self.kept_of(folder)
            missing = [key for key in self.keys() if key not in kept]
            kept |= self.measure(folder, missing)
            content = {"cycle": self.cycle(folder), "values": kept}
            with written_atomically(self.path) as temporary:
                temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
        finally:
            folder.journal.close()


def accuracy_on(folder: RunFolder, cycle: int, pool: SubtomogramPool) -> float:
    """Accuracy of the model of ``cycle`` on the run's test items as ``pool`` shows them.

    Args:
        pool: the items of the run's own pool, in its order.
    """
    loop = ActiveLearningLoop(folder, pool, LabelTable(pool.labels))
    items = folder.journal.split("test")
    outputs = compute_outputs(loop.models.trained(cycle), loop.preparation, items, loop.fabric)
    labels = loop.known_labels(cycle, items)
    known = labels >= 0
    return float(np.mean(outputs.logits.argmax(1).numpy()[known] == labels[known]))
