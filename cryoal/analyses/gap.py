"""How far models do better on what they learnt from: Table 3 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.lines import Line, curves_by
from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.subject import Subject
from cryoal.analyses.words import at_the_end
from cryoal.reports.style import CURVES
from cryoal.runs.cycle_training import ProgressFactory
from cryoal.studies.cell import read_results
from cryoal.studies.panels import curve_panels
from cryoal.studies.statistics import accuracy_gap


@dataclass(frozen=True)
class Gap(Analysis):
    """Accuracy on the labelled items minus that on the test items."""

    name: ClassVar[str] = "gap"
    title: ClassVar[str] = "Gap between training and test accuracy"
    about: ClassVar[str] = (
        "Wang et al., Table 3. The accuracy on the labelled items, in the augmented views of the "
        "last tenth of the training steps, minus the accuracy on the test items. Smaller means "
        "less over-fitting at equal test accuracy; a model that learns nothing has no gap "
        "either. The numbers are those that the runs noted; nothing is computed anew. The first "
        "budget is the same random set for all schemes of a study."
    )
    takes_studies: ClassVar[bool] = True
    has_models: ClassVar[bool] = False

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:  # noqa: ARG002
        source, metrics = subject.source, subject.journal.metrics()
        rows = read_results(subject.folder, source.arm, source.seed)
        subject.need([row.cycle for row in rows], "no model has been evaluated yet")
        return [
            Measurement(
                subject.keys(row.cycle),
                source.seed,
                {"test_items": int(metrics[row.cycle]["items"])},
                {
                    "train_accuracy": row.train_accuracy,
                    "test_accuracy": row.accuracy,
                    "gap": accuracy_gap(row),
                },
            )
            for row in rows
        ]

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        schemes = list(dict.fromkeys(str(one.keys["scheme"]) for one in measurements))
        line = Line("gap", lambda one: one.values["gap"], CURVES[0])
        curves = curves_by(measurements, schemes, lambda one: str(one.keys["scheme"]), line)
        figure = curve_panels(
            curves, schemes, self.title, "accuracy on labels − on test", (-1.0, 1.0)
        )
        assert figure is not None  # every training notes its accuracy
        return figure

    def verdict(self, means: Sequence[Mean]) -> str:
        labelled = max(int(mean.keys["labelled"]) for mean in means)
        gaps = at_the_end(means, "gap")
        return f"Gap between training and test accuracy at the end ({labelled} labels): {gaps}."
