"""How far the bounds on the test loss are from it: Fig. 3 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.influence import LabelledItems, TotalInfluence
from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.lines import Line, line_panels
from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.subject import Norms, Subject, random_labelled, random_part
from cryoal.analyses.words import last_rows, named
from cryoal.reports.style import CURVES
from cryoal.runs.cycle_training import ProgressFactory

TERMS = ("target", "approx_1", "approx_2", "approx_3")


@dataclass(frozen=True)
class Bounds(Analysis):
    """The target of Eq. 3 and the three approximations of Eq. 4 and 5, averaged over candidates.

    Attributes:
        items: most candidates, most training items and most test items.
        damping: of the Gauss-Newton matrix.
        seed: of the draws.
    """

    name: ClassVar[str] = "bounds"
    title: ClassVar[str] = "Influence on the test loss and its bounds"
    about: ClassVar[str] = (
        "Wang et al., Fig. 3, with h = H^-1 sum_j grad L(x_j) over the test items and the next "
        "cycle's model, all averaged over the candidates x of a query: target h^T grad L(x), "
        "approx_1 its size |h^T grad L(x)|, approx_2 ||grad L(x)|| ||h||, approx_3 the same with "
        "the gradient norm by the model that chose the query. L is the expected loss (Eq. 6), the "
        "entropy (Eq. 7) or the cross-entropy of the true label. Norms are those of the whole "
        "gradient, which the inequality of Eq. 4 is about. The common factor 1/n is left out, as "
        "in the paper. The step to approx_1 and that to approx_2 hold by proof, that to "
        "approx_3 by assumption: share_bounded is the share of items whose approx_3 is at least "
        "their approx_1.\n\n"
        "H is the Gauss-Newton matrix of the mean cross-entropy of the training items for every L "
        "(one view, no smoothing, no weights) plus damping times the identity; H^-1 is applied by "
        "conjugate gradients to a relative residual of 0.001, or 100 iterations. Candidates, "
        "training and test items are cut to random parts of --items; the sum over test items is "
        "scaled to all of them. The expected loss is the entropy, computed in another way: "
        "their numbers agree to rounding."
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
        with progress(f"{name}: gradient norms") as step:
            earlier, later = (
                subject.norms(at, candidates.items, "global", step) for at in (cycle, after)
            )
        training = random_part(subject.loop.labelled(after).items, self.items, self.seed)
        test = random_labelled(subject.test(after), self.items, self.seed)
        workshop = subject.loop.models.workshop(after)
        influence = TotalInfluence(workshop, training, test, self.damping)
        sizes = {"candidates": len(candidates), "training": len(training), "test": len(test)}
        return [
            Measurement(
                {**subject.keys(cycle), "loss": loss, "damping": str(self.damping)},
                subject.source.seed,
                sizes,
                self.terms(influence, candidates, loss, (earlier, later), name, progress),
            )
            for loss in ITEM_LOSSES
        ]

    def terms(
        self,
        influence: TotalInfluence,
        candidates: LabelledItems,
        loss: str,
        norms: tuple[Norms, Norms],
        name: str,
        progress: ProgressFactory,
    ) -> dict[str, float | None]:
        """Means over the candidates; norms are those of the earlier and of the later model."""
        with progress(f"{name}: influence, {loss}") as step:
            solution = influence.direction(ITEM_LOSSES[loss], step)
        target = influence.of(candidates, ITEM_LOSSES[loss], solution.vector)
        length = float(solution.vector.double().norm())
        earlier, later = (own[loss] * length for own in norms)
        return {
            "target": float(target.mean()),
            "approx_1": float(np.abs(target).mean()),
            "approx_2": float(later.mean()),
            "approx_3": float(earlier.mean()),
            "share_bounded": float(np.mean(earlier >= np.abs(target))),
            "iterations": float(solution.iterations),
            "residual": solution.residual,
        }

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        schemes = len({one.keys["scheme"] for one in measurements})
        return line_panels(
            measurements,
            lambda one: named(one.keys, schemes, "loss"),
            [
                Line(term.replace("_", "-"), lambda one, term=term: one.values[term], colour)  # type: ignore[misc]
                for term, colour in zip(TERMS, CURVES, strict=False)
            ],
            self.title,
            "mean over candidates",
            wide_range=True,
        )

    def verdict(self, means: Sequence[Mean]) -> str:
        said = []
        for name, mean in last_rows(means, "loss").items():
            terms = [f"{mean.intervals[term].mean:.3g}" for term in TERMS]
            said.append(f"{', '.join(terms)} ({name})")
        return f"Target, approx-1, approx-2 and approx-3 in the last cycle: {'; '.join(said)}."
