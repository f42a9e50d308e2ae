"""Does training on an item make its gradient smaller? Appendix A.2 of Wang et al."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.item_losses import ITEM_LOSSES
from cryoal.analyses.lines import BESIDE, Line, line_panels
from cryoal.analyses.measurement import Mean, Measurement
from cryoal.analyses.subject import Norms, Subject, random_part
from cryoal.analyses.words import at_the_end, named
from cryoal.reports.style import CURVES
from cryoal.runs.cycle_training import ProgressFactory


@dataclass(frozen=True)
class GradientDecrease(Analysis):
    """Share of the chosen items whose gradient norm falls once the next model learnt from them.

    Attributes:
        items: most candidates that were not chosen, to compare with.
        seed: of their draw.
    """

    name: ClassVar[str] = "gradient-decrease"
    title: ClassVar[str] = "Gradient norms that fall once trained on"
    about: ClassVar[str] = (
        "Wang et al., appendix A.2, which supports the step from Eq. 4 to Eq. 5. The gradient "
        "norm of each chosen item is computed with the model that chose it and with the next "
        "one, which learnt from it: for the expected loss (Eq. 6), the entropy (Eq. 7) and the "
        "cross-entropy of the true label (norm as the run's setting aggregate says, one view). "
        "Given is the share of the chosen whose norm falls, the median of norm after over norm "
        "before, and both for candidates that were not chosen (a random part where they are "
        "more than --items): what falls for all items does not come from being trained on. "
        "Unless weights are carried over, the two models also start from different weights."
    )
    takes_studies: ClassVar[bool] = False

    items: int = 500
    seed: int = 0

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:
        cycles = subject.need(subject.steps, "no query has been learnt from yet")
        return [one for c in cycles for one in self.measure_cycle(subject, c, progress)]

    def measure_cycle(
        self, subject: Subject, cycle: int, progress: ProgressFactory
    ) -> list[Measurement]:
        chosen = subject.journal.query(cycle)
        others = np.setdiff1d(subject.candidates(cycle), chosen)
        others = random_part(others, self.items, self.seed)
        both = np.concatenate([chosen, others])
        known = subject.labelled(both, "the candidates", cycle, cycle + 1).items
        with progress(f"{subject.source.name}, cycle {cycle}: norms before and after") as step:
            before, after = (
                subject.norms(at, known, subject.folder.settings.aggregate, step)
                for at in (cycle, cycle + 1)
            )
        return [
            Measurement(
                {**subject.keys(cycle), "loss": loss},
                subject.source.seed,
                {"chosen": int(is_chosen.sum()), "others": int((~is_chosen).sum())},
                {
                    "share_falling": share_falling(before, after, loss, is_chosen),
                    "share_falling_others": share_falling(before, after, loss, ~is_chosen),
                    "median_ratio": median_ratio(before, after, loss, is_chosen),
                    "median_ratio_others": median_ratio(before, after, loss, ~is_chosen),
                },
            )
            for is_chosen in [np.isin(known, chosen)]
            for loss in ITEM_LOSSES
        ]

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        schemes = len({one.keys["scheme"] for one in measurements})
        return line_panels(
            measurements,
            lambda one: named(one.keys, schemes, "loss"),
            [
                Line("chosen, then trained on", lambda one: one.values["share_falling"], CURVES[0]),
                Line("not chosen", lambda one: one.values["share_falling_others"], BESIDE),
            ],
            self.title,
            "share whose norm falls",
            (0.0, 1.0),
        )

    def verdict(self, means: Sequence[Mean]) -> str:
        chosen = at_the_end(means, "share_falling", "loss")
        others = at_the_end(means, "share_falling_others", "loss")
        return (
            "Share of the last learnt query whose gradient norm fell, by loss: "
            f"{chosen}; of the candidates not chosen: {others}."
        )


def share_falling(
    before: Norms, after: Norms, loss: str, which: npt.NDArray[np.bool_]
) -> float | None:
    """Share of ``which`` (n,) with a smaller norm; None of no items."""
    return float(np.mean(after[loss][which] < before[loss][which])) if which.any() else None


def median_ratio(
    before: Norms, after: Norms, loss: str, which: npt.NDArray[np.bool_]
) -> float | None:
    """Median of the norm after over that before; None of no items, or where one was zero."""
    first, second = before[loss][which], after[loss][which]
    return float(np.median(second / first)) if which.any() and (first > 0).all() else None
