"""Do schemes choose what has a large gradient norm? Table 1 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.lines import BESIDE, Line, line_panels
from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.subject import Subject
from cryoal.analyses.words import at_the_end
from cryoal.reports.style import CURVES
from cryoal.runs.cycle_training import ProgressFactory
from cryoal.studies.cell import OVERLAP
from cryoal.studies.true_gradients import query_overlap


@dataclass(frozen=True)
class SelectedGradnorm(Analysis):
    """Overlap of each query with the candidates of the largest norm under the true label."""

    name: ClassVar[str] = "selected-gradnorm"
    title: ClassVar[str] = "Chosen items of large true gradient norm"
    about: ClassVar[str] = (
        "Wang et al., Table 1. The candidates of a query are ranked by the gradient norm of the "
        "cross-entropy of their true label, by the model that chose the query (norm as the run's "
        "setting aggregate says, one view of each item). Given is how many of the K chosen are "
        "among the K largest, as a number (chosen_in_largest) and a share, and the share that a "
        "random choice has on average (chance, K over candidates). All candidates are looked at."
    )
    takes_studies: ClassVar[bool] = True

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:
        cycles = subject.need(subject.queried, "no model has chosen a query yet")
        return [self.measure_cycle(subject, cycle, progress) for cycle in cycles]

    def measure_cycle(self, subject: Subject, cycle: int, progress: ProgressFactory) -> Measurement:
        chosen = len(subject.journal.query(cycle))
        share = subject.journal.metrics()[cycle].get(OVERLAP)
        candidates = len(subject.candidates(cycle))
        if share is None:  # studies have it already
            with progress(f"{subject.source.name}, cycle {cycle}: true norms") as step:
                overlap = query_overlap(subject.loop, cycle, step)
            share, candidates = overlap.share, overlap.candidates
        return Measurement(
            subject.keys(cycle),
            subject.source.seed,
            {"chosen": chosen, "candidates": candidates},
            {
                "chosen_in_largest": float(round(share * chosen)),
                "share": share,
                "chance": min(1.0, chosen / candidates),
            },
        )

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        return line_panels(
            measurements,
            lambda one: str(one.keys["scheme"]),
            [
                Line("chosen by the scheme", lambda one: one.values["share"], CURVES[0]),
                Line("by chance", lambda one: one.values["chance"], BESIDE),
            ],
            self.title,
            "share of the query in both",
            (0.0, 1.0),
        )

    def verdict(self, means: Sequence[Mean]) -> str:
        shares = at_the_end(means, "share")
        return (
            "Share of the last query that is among as many candidates of the largest true "
            f"gradient norm: {shares}; by chance {means[-1].intervals['chance'].mean:.2f}."
        )
