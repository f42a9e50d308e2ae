"""Labels that a model which never saw them contradicts, most doubtful first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Suspect:
    """A label that deserves a second look.

    Attributes:
        row: of the item in what was given.
        label: class position that it has.
        suggested: class position that the model holds against it.
        score: by how much, -1 to 1 for well calibrated models; higher is more doubtful.
        confident: the model is as sure of ``suggested`` as it usually is of that class's own
            items: what confident learning counts as a label error.
    """

    row: int
    label: int
    suggested: int
    score: float
    confident: bool


def ranked_suspects(probabilities: Floats, labels: Labels) -> list[Suspect]:
    """Labels that the probabilities contradict, confident contradictions first, then by score.

    Confident learning, Northcutt, Jiang & Chuang, JAIR 70 (2021) 1373. The threshold of class j
    is the mean probability of j over the items labelled j (Eq. 2). The score is the normalised
    margin of that paper (sec. 3.2, rank and prune), max over k != label of p_k minus p_label, with
    each class's threshold taken from its probability, so that a class that the model is never
    sure of, a rare one say, does not fill the list. An item is suspect where the score is above
    0. It is confident where p reaches the threshold of another class and, of the classes whose
    threshold it reaches, that with the highest p is not the label (Eq. 1).

    Args:
        probabilities: (n, classes), out of fold; rows with NaN are left out.
        labels: (n,) class positions.
    """
    rows = np.flatnonzero(np.isfinite(probabilities).all(axis=1))
    if len(rows) == 0:
        return []
    p, given = probabilities[rows], labels[rows]
    thresholds = class_thresholds(p, given)
    best, score = _contradictions(p, given, thresholds)
    sure = _confident_classes(p, thresholds)
    confident = (sure >= 0) & (sure != given)
    suggested = np.where(confident, sure, best)
    order = np.lexsort((rows, -score, ~confident))
    return [
        Suspect(int(rows[at]), int(given[at]), int(suggested[at]), float(score[at]), bool(sure_))
        for at in order
        if (sure_ := confident[at]) or score[at] > 0
    ]


def class_thresholds(probabilities: Floats, labels: Labels) -> Floats:
    """Mean probability of each class over the items that carry its label (classes,).

    Infinite for a class without items: nothing is known of it, so it is never suggested.
    """
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    own = probabilities[np.arange(len(labels)), labels]
    sums = np.bincount(labels, weights=own, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)


def _contradictions(p: Floats, given: Labels, thresholds: Floats) -> tuple[Labels, Floats]:
    """Strongest class other than the label, and its lead, above the thresholds (n,) each."""
    above = p - thresholds
    items = np.arange(len(given))
    own = above[items, given]
    above[items, given] = -np.inf
    best = above.argmax(axis=1)
    return best, above[items, best] - own


def _confident_classes(p: Floats, thresholds: Floats) -> Labels:
    """Likeliest of the classes whose threshold an item reaches (n,), -1 where it reaches none."""
    reached = np.where(p >= thresholds, p, -1.0)
    return np.where(reached.max(axis=1) >= 0, reached.argmax(axis=1), -1)
