"""Do gradient norms choose what influences the test loss? Table 2 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.influence import TotalInfluence
from cryoal.analyses.item_losses import TRUE_LABEL, cross_entropy
from cryoal.analyses.lines import Line, line_panels
from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.subject import Subject, random_labelled, random_part
from cryoal.analyses.words import last_rows, named
from cryoal.reports.style import CURVES
from cryoal.runs.cycle_training import ProgressFactory
from cryoal.studies.robustness.agreement import mean_correlation, mean_overlap

SIGNS = {"influence": np.positive, "size of influence": np.abs}
NORMS = (TRUE_LABEL, "entropy")


@dataclass(frozen=True)
class InfluenceOverlap(Analysis):
    """Agreement of the ranking by influence (Eq. 3) with that by gradient norm (Eq. 5).

    Attributes:
        items: most candidates, most training items and most test items.
        damping: of the Gauss-Newton matrix.
        seed: of the draws.
    """

    name: ClassVar[str] = "influence-overlap"
    title: ClassVar[str] = "Influence on the test loss and gradient norm"
    about: ClassVar[str] = (
        "Wang et al., Table 2. Eq. 3 ranks candidates by their influence on the test loss, "
        "sum_j grad L(x_j)^T H^-1 grad L(x) under true labels, with the next cycle's model, as "
        "the paper does; Eq. 5 ranks them by gradient norm with the model that chose the query. "
        "H is the Gauss-Newton matrix of the mean cross-entropy of the training items (one "
        "view, no smoothing, no weights) plus damping times the identity; H^-1 is applied by "
        "conjugate gradients to a relative residual of 0.001, or 100 iterations (iterations and "
        "residual are in the table).\n\n"
        "Eq. 3 is taken as it is, and by size alone, as Approx-1 does: an item may well lower the "
        "test loss by leaving. Eq. 5 is taken with the true label's loss and with the entropy, "
        "which is what the scheme can see (norms as the run's setting aggregate says). Given are "
        "the share of the K largest of one ranking that are among the K largest of the other, "
        "what chance gives (K over candidates), and Spearman's rank correlation. K is the query, "
        "or the same share of the candidates where only a random part of --items is looked at; "
        "training and test items are cut to --items as well."
    )
    takes_studies: ClassVar[bool] = False

    items: int = 500
    damping: float = 0.1
    seed: int = 0

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:
        cycles = subject.need(subject.steps, "no query has been learnt from yet")
        return [one for c in cycles for one in self.measure_cycle(subject, c, progress)]

    def measure_cycle(
        self, subject: Subject, cycle: int, progress: ProgressFactory
    ) -> list[Measurement]:
        after, name = cycle + 1, f"{subject.source.name}, cycle {cycle}"
        everything = subject.labelled(subject.candidates(cycle), "the candidates", after, cycle)
        candidates = random_labelled(everything, self.items, self.seed)
        k = share_of(len(subject.journal.query(cycle)), len(candidates), len(everything))
        with progress(f"{name}: gradient norms") as step:
            aggregate = subject.folder.settings.aggregate
            norms = subject.norms(cycle, candidates.items, aggregate, step)
        training = random_part(subject.loop.labelled(after).items, self.items, self.seed)
        test = random_labelled(subject.test(after), self.items, self.seed)
        workshop = subject.loop.models.workshop(after)
        influence = TotalInfluence(workshop, training, test, self.damping)
        with progress(f"{name}: influence") as step:
            solution = influence.direction(cross_entropy, step)
        found = influence.of(candidates, cross_entropy, solution.vector)
        return [
            Measurement(
                {
                    **subject.keys(cycle),
                    "eq_3": sign,
                    "eq_5": loss,
                    "damping": str(self.damping),
                },
                subject.source.seed,
                {"candidates": len(candidates), "k": k, "training": len(training)}
                | {"test": len(test)},
                {
                    "in_both": k * mean_overlap([change(found), norms[loss]], k),
                    "share": mean_overlap([change(found), norms[loss]], k),
                    "chance": k / len(candidates),
                    "correlation": mean_correlation([change(found), norms[loss]]),
                    "iterations": float(solution.iterations),
                    "residual": solution.residual,
                },
            )
            for sign, change in SIGNS.items()
            for loss in NORMS
        ]

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        schemes = len({one.keys["scheme"] for one in measurements})

        def of_norm(loss: str, value: str) -> Line:
            colour = CURVES[NORMS.index(loss)]
            return Line(
                f"norm of the {loss} loss",
                lambda one: one.values[value] if one.keys["eq_5"] == loss else None,
                colour,
            )

        return line_panels(
            measurements,
            lambda one: named(one.keys, schemes, "eq_3"),
            [
                *(of_norm(loss, "share") for loss in NORMS),
                Line("by chance", lambda one: one.values["chance"], "#6b6b6b"),
            ],
            self.title,
            "share of the K largest in both",
            (0.0, 1.0),
        )

    def verdict(self, means: Sequence[Mean]) -> str:
        said = [
            f"{mean.intervals['share'].mean:.2f} and {mean.intervals['correlation'].mean:+.2f} "
            f"({name} loss)"
            for name, mean in last_rows(means, "eq_3", "eq_5").items()
        ]
        return (
            f"Share in both and rank correlation in the last cycle: {'; '.join(said)}. "
            f"Chance gives {means[-1].intervals['chance'].mean:.2f} and 0."
        )


def share_of(query: int, part: int, everything: int) -> int:
    """As large a share of ``part`` items as ``query`` is of ``everything``, at least one."""
    return min(part, max(1, round(query * part / everything)))
