"""Which gradient-norm schemes are one, and which are not, on the user's own model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.influence_overlap import share_of
from cryoal.analyses.item_losses import TRUE_LABEL, engine_losses
from cryoal.analyses.measurement import Mean, Measurement, means_of
from cryoal.analyses.subject import Subject, random_part
from cryoal.analyses.words import named
from cryoal.gradnorm import Loss
from cryoal.reports.style import CURVES, FAINT, WIDTH_IN, new_figure
from cryoal.runs.amount import count_items
from cryoal.runs.candidates import open_items
from cryoal.runs.cycle_training import ProgressFactory
from cryoal.studies.dot_rows import ROW_IN, name_rows
from cryoal.studies.robustness.agreement import mean_correlation, mean_overlap
from cryoal.studies.true_gradients import norms_of

REFERENCE = "entropy"
DETACHED = "expected, posterior fixed"
ROUNDING = 1e-4

Scores = dict[str, npt.NDArray[np.float64]]


def detached_expected(logits: Tensor) -> Tensor:
    """sum_i p_i CE(z, i) (B,) with the posterior held fixed: its gradient is zero."""
    return (logits.softmax(1).detach() * -logits.log_softmax(1)).sum(1)


@dataclass(frozen=True)
class SchemeIdentity(Analysis):
    """Gradient norms of one model under several losses, aggregations and scopes.

    Attributes:
        items: most unlabelled items.
        seed: of their draw.
    """

    name: ClassVar[str] = "scheme-identity"
    title: ClassVar[str] = "Rankings beside that of the entropy gradient norm"
    about: ClassVar[str] = (
        "The last model of the run and the items that it could still ask about. The reference is "
        "the norm of the entropy's gradient (Eq. 7), summed over all parameter tensors. Beside "
        "it: expected, the expected loss of Eq. 6 with its posterior differentiated, which is "
        "the entropy in exact arithmetic; the same with its posterior fixed, whose gradient is "
        "zero in exact arithmetic; egl, the expected length of the gradient over all labels, "
        "which is another scheme; the entropy's norm over the whole gradient at once (global) "
        "and over the last layer alone (head); the cross-entropy of the true label where the "
        "pool has labels.\n\n"
        "mean_norm is the mean over the items, largest_difference the largest |norm - reference| "
        "of an item over the largest reference (global and head are of another size), "
        "correlation Spearman's, share that of the K largest that are among the reference's K "
        "largest (chance: K over items; K is the budget, or the same share of a random part of "
        "--items). Numbers below a ten-thousandth of the reference are rounding and are given no "
        "rank. One view of each item."
    )
    takes_studies: ClassVar[bool] = False

    items: int = 500
    seed: int = 0

    def measure(self, subject: Subject, progress: ProgressFactory) -> list[Measurement]:
        cycle = subject.need(subject.folder.trained_cycles(), "no training is finished yet")[-1]
        loop = subject.loop
        everything = open_items(subject.journal, loop.labels_until(cycle))
        subject.need(everything.tolist(), f"every item is labelled in cycle {cycle}")
        items = random_part(everything, self.items, self.seed)
        budget = count_items(subject.folder.settings.budget, len(loop.trainable))
        k = share_of(min(budget, len(everything)), len(items), len(everything))
        scores = scores_of(subject, cycle, items, progress)
        sizes = {"items": len(items), "k": k}
        return [
            Measurement(
                {**subject.keys(cycle), "measure": name},
                subject.source.seed,
                sizes,
                {
                    "mean_norm": float(own.mean()),
                    "largest_difference": largest_difference(own, scores[REFERENCE]),
                    **ranks(own, scores[REFERENCE], k),
                    "chance": k / len(items),
                },
            )
            for name, own in scores.items()
        ]

    def draw(self, measurements: Sequence[Measurement]) -> Figure:
        means = [
            mean
            for mean in means_of(measurements)
            if mean.keys["measure"] not in (REFERENCE, DETACHED)
        ]
        schemes = len({mean.keys["scheme"] for mean in means})
        names = [named(mean.keys, schemes, "measure") for mean in means]
        figure = new_figure(WIDTH_IN, 1.3 + ROW_IN * len(means))
        figure.suptitle(self.title, x=0.01, ha="left", fontsize=10, fontweight="bold")
        left, right = figure.subplots(1, 2, sharey=True)
        draw_dots(left, means, "correlation", "Spearman's rank correlation")
        draw_dots(right, means, "share", "share of the K largest in both; dashed: chance")
        right.axvline(means[0].intervals["chance"].mean, color=FAINT, linewidth=1, dashes=(4, 3))
        for axes in (right, left):
            name_rows(axes, names)
        return figure

    def verdict(self, means: Sequence[Mean]) -> str:
        schemes = dict.fromkeys(str(mean.keys["scheme"]) for mean in means)
        said = {
            scheme: sentence([mean for mean in means if mean.keys["scheme"] == scheme])
            for scheme in schemes
        }
        if len(said) == 1:
            return next(iter(said.values()))
        return " ".join(f"Model of {scheme}: {words}" for scheme, words in said.items())


def sentence(means: Sequence[Mean]) -> str:
    """What one scheme's models say."""
    by_name = {str(mean.keys["measure"]): mean.intervals for mean in means}
    same, fixed, egl = (by_name[name] for name in ("expected", DETACHED, "egl"))
    reference = by_name[REFERENCE]["mean_norm"].mean
    return (
        f"expected and entropy: rank correlation {same['correlation'].mean:.6f}, "
        f"{same['share'].mean:.3f} of the K largest in both, norms at most "
        f"{same['largest_difference'].mean:.1e} of the largest apart. With the posterior fixed "
        f"the expected loss has {fixed['mean_norm'].mean / reference:.1e} of that norm. egl: "
        f"rank correlation {egl['correlation'].mean:.3f}, {egl['share'].mean:.3f} of the K "
        "largest in both."
    )


def scores_of(
    subject: Subject, cycle: int, items: npt.NDArray[np.int64], progress: ProgressFactory
) -> Scores:
    """Norms (n,) by name, the reference first."""
    workshop = subject.loop.models.workshop(cycle)
    labels = subject.loop.known_labels(cycle, items)
    summed: dict[str, Loss] = {
        REFERENCE: "entropy",
        "expected": "expected",
        DETACHED: detached_expected,
        "egl": "egl",
    }
    if (labels >= 0).all():
        summed[TRUE_LABEL] = engine_losses(labels, workshop.fabric.device)[TRUE_LABEL]
    with progress(f"{subject.source.name}, cycle {cycle}: gradient norms") as step:
        found = norms_of(workshop, items, summed, "sum", progress=step)
        whole = norms_of(workshop, items, {"entropy, global": "entropy"}, "global", progress=step)
        last: dict[str, Loss] = {"entropy, head": "entropy", "egl, head": "egl"}
        head = norms_of(workshop, items, last, "sum", "head", progress=step)
    both = {**found, **whole, **head}
    return {name: norms.double().numpy() for name, norms in both.items()}


def largest_difference(
    own: npt.NDArray[np.float64], reference: npt.NDArray[np.float64]
) -> float | None:
    """The largest |own - reference| (n,) over the largest reference; None where that is zero."""
    largest = float(reference.max())
    return float(np.abs(own - reference).max()) / largest if largest else None


def ranks(
    own: npt.NDArray[np.float64], reference: npt.NDArray[np.float64], k: int
) -> dict[str, float | None]:
    """Agreement of two rankings (n,); None of what is but rounding."""
    if own.mean() <= ROUNDING * reference.mean():
        return {"correlation": None, "share": None}
    both = [own, reference]
    return {"correlation": mean_correlation(both), "share": mean_overlap(both, k)}


def draw_dots(axes: Axes, means: Sequence[Mean], value: str, x_name: str) -> None:
    """A dot with its limits for each row."""
    for at, mean in enumerate(means):
        interval = mean.intervals[value]
        if interval.is_known:
            axes.hlines(at, interval.low, interval.high, color=CURVES[0], linewidth=1.6)
        axes.plot(interval.mean, at, "o", color=CURVES[0], markersize=5.5, clip_on=False)
    lowest = min(mean.intervals[value].mean for mean in means)
    axes.set_xlim(min(0.0, 1.1 * lowest), 1.0)
    axes.set_xlabel(x_name)
