"""What every analysis has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from matplotlib.figure import Figure

from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.source import Source
from cryoal.analyses.subject import Subject, opened
from cryoal.runs.cycle_training import ProgressFactory


class Analysis(ABC):
    """A question to finished cycles of runs. Its options are the fields of a dataclass.

    Attributes:
        name: what ``cryoal analyse`` calls it.
        title: heading of its page and figure.
        about: what is measured and how, for people; paragraphs with blank lines between.
        takes_studies: whether it looks at all runs of a study; else it computes long on each.
        has_models: whether it runs models, so that a device is to be chosen.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    takes_studies: ClassVar[bool]
    has_models: ClassVar[bool] = True

    @abstractmethod
    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:
        """Numbers of one run, at least one measurement.

        Raises:
            CryoalError: the run has nothing to measure yet.
        """

    @abstractmethod
    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        """The figure of all runs."""

    @abstractmethod
    def verdict(self, means: Sequence[Mean]) -> str:
        """What came out, in a sentence or two."""

    def measure_all(
        self, sources: Sequence[Source], device: str, progress: ProgressFactory
    ) -> list[Measurement]:
        """Numbers of all runs, one run after the other."""
        measurements = []
        for source in sources:
            with opened(source, device) as subject:
                measurements += self.measure(subject, progress)
        return measurements
