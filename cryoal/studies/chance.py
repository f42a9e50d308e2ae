"""Whether models have learned anything: only then can what they do be compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from cryoal.studies.interval import CONFIDENCE
from cryoal.studies.results import ALL_LABELS, CellResult


@dataclass(frozen=True)
class Skill:
    """How models do beside chance, which is what their own answers give on shuffled test items.

    Attributes:
        accuracy, chance: means over seeds, of the scheme that is the most above chance; NaN where
            it was not measured.
        is_above: whether any scheme is above the 95 % interval of chance, by all its seeds'
            test items and with Bonferroni's correction over the schemes; True where nothing says
            that none is.
    """

    accuracy: float
    chance: float
    is_above: bool


UNKNOWN = Skill(math.nan, math.nan, True)


@dataclass(frozen=True)
class Skills:
    """Skill at three stages of a study.

    Attributes:
        first: of the models trained on the initial set alone.
        last: of those at the last budget.
        all_labels: of those trained on all labels.
    """

    first: Skill = UNKNOWN
    last: Skill = UNKNOWN
    all_labels: Skill = UNKNOWN


def chance_of(confusion: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Mean and standard deviation of the accuracy of the same answers to shuffled items.

    Whatever the shares of the classes and of the answers, this is what answers reach that do not
    hang on the item; always the largest class has the deviation 0. Both are exact over all orders
    (Hoeffding, Ann. Math. Stat. 22 (1951) 558, theorem 2); the mean is the chance of Cohen's kappa.

    Args:
        confusion: (classes, classes) counts, rows true, of at least two items in all.
    """
    items = confusion.sum()
    true, answered = confusion.sum(axis=1) / items, confusion.sum(axis=0) / items
    mean = float(true @ answered)
    deviation = np.eye(len(true)) - answered[:, None] - true[None, :] + mean
    variance = float(true @ np.square(deviation) @ answered) / (items - 1)
    return mean, math.sqrt(variance)


def skills_of(results: Sequence[CellResult]) -> Skills:
    """Skill of the models of a study, as far as it was measured."""
    own = [row for row in results if row.scheme != ALL_LABELS]
    last = max((row.labelled for row in own), default=0)
    return Skills(
        skill_of(row for row in own if row.cycle == 1),
        skill_of(row for row in own if row.labelled == last),
        skill_of(row for row in results if row.scheme == ALL_LABELS),
    )


def skill_of(rows: Iterable[CellResult]) -> Skill:
    schemes: dict[str, list[CellResult]] = {}
    for row in rows:
        schemes.setdefault(row.scheme, []).append(row)
    measured = [beside_chance(own) for own in schemes.values()]
    if not measured or any(one is None for one in measured):
        return UNKNOWN
    limit = float(stats.norm.isf((1 - CONFIDENCE) / 2 / len(measured)))
    known = [one for one in measured if one is not None]
    accuracy, chance, _ = max(known, key=lambda one: one[0] - one[1])
    return Skill(accuracy, chance, any(mean - by > limit * sd for mean, by, sd in known))


def beside_chance(rows: Sequence[CellResult]) -> tuple[float, float, float] | None:
    """Means over seeds of accuracy and chance, and the deviation of the latter."""
    known = [
        (row.accuracy, row.chance, row.chance_deviation)
        for row in rows
        if row.chance is not None and row.chance_deviation is not None
    ]
    if len(known) < len(rows):
        return None
    accuracy, chance, deviation = np.array(known).T
    spread = math.sqrt(float(np.square(deviation).sum())) / len(rows)
    return float(accuracy.mean()), float(chance.mean()), spread


def not_learned(models: str, skill: Skill, about: str) -> str:
    """The sentence for models of a skill that is not above chance."""
    return (
        f"{models} are not above chance (accuracy {skill.accuracy:.2f} at best, {skill.chance:.2f} "
        "by chance): as far as the test items show they did not learn, so nothing can be concluded "
        f"about {about}."
    )
