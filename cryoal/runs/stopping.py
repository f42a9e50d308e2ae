"""Rules from the literature that say when more labels would help little."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score

from cryoal.errors import CryoalError

Labels = npt.NDArray[np.int64]

KAPPA_WINDOW = 3
KAPPA_THRESHOLD = 0.99
ACCURACY_THRESHOLD = 0.9


@dataclass(frozen=True)
class History:
    """What stopping rules look at, cycle by cycle, oldest first.

    Attributes:
        stop_set: (cycles, n) class positions that each cycle's model predicts on the same items.
            They need no label, are best drawn at random from the whole pool, and stay the same
            for the whole run.
        batches: of each answered query, the class positions (k,) that the model which asked had
            predicted and those (k,) that were answered; -1 where the answer was no class.
        planned: how many models the whole run has in ``stop_set`` at its end, if that is known.
    """

    stop_set: npt.NDArray[np.int64]
    batches: Sequence[tuple[Labels, Labels]] = field(default_factory=tuple)
    planned: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What a rule says.

    Attributes:
        stop: more labels would help little.
        value: what the rule compared with its threshold, None where it cannot tell yet.
        explanation: one line.
    """

    stop: bool
    value: float | None
    explanation: str


@dataclass(frozen=True)
class StoppingRule:
    """A registered rule; ``judge`` gives the verdict on a history."""

    name: str
    summary: str
    paper: str
    judge: Callable[[History], Verdict]


_rules: dict[str, StoppingRule] = {}


def register(
    name: str, *, summary: str, paper: str
) -> Callable[[Callable[[History], Verdict]], Callable[[History], Verdict]]:
    """Register the decorated function as the stopping rule ``name``."""

    def add(judge: Callable[[History], Verdict]) -> Callable[[History], Verdict]:
        _rules[name] = StoppingRule(name, summary, paper, judge)
        return judge

    return add


def names() -> list[str]:
    """Names of all rules, sorted."""
    return sorted(_rules)


def get(name: str) -> StoppingRule:
    """The rule ``name``.

    Raises:
        CryoalError: no such rule; the message gives the near names.
    """
    if name in _rules:
        return _rules[name]
    near = difflib.get_close_matches(name.lower(), _rules, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(names())}"
    raise CryoalError(f"unknown stopping rule '{name}': {hint}")


@register(
    "stabilizing-predictions",
    summary="successive models predict the same on a fixed set of items",
    paper="Bloodgood & Vijay-Shanker, CoNLL 2009, p. 39",
)
def stabilizing_predictions(history: History) -> Verdict:
    """Stop when Cohen's kappa of successive models, averaged over the last three pairs, tops 0.99.

    Bloodgood & Vijay-Shanker 2009 (arXiv 1409.5165): window 3, threshold 0.99. Two models that
    name one and the same class throughout have no kappa (0/0); they agree for the wrong reason,
    so the rule then does not stop.
    """
    pairs = len(history.stop_set) - 1
    if pairs < KAPPA_WINDOW:
        return Verdict(False, None, f"stabilizing-predictions: {_too_few(history)}")
    if history.stop_set.shape[1] == 0:
        return Verdict(False, None, "stabilizing-predictions: no item that all models judged")
    recent = history.stop_set[-KAPPA_WINDOW - 1 :]
    kappas = [_kappa(one, two) for one, two in pairwise(recent)]
    if None in kappas:
        return Verdict(
            False, None, "stabilizing-predictions: a model predicts one class for all items"
        )
    value = float(np.mean([kappa for kappa in kappas if kappa is not None]))
    stop = value > KAPPA_THRESHOLD
    return Verdict(
        stop,
        value,
        f"stabilizing-predictions: {_advice(stop)}, the last {KAPPA_WINDOW + 1} models agree with "
        f"a mean kappa of {value:.3f} (stops above {KAPPA_THRESHOLD:g})",
    )


@register(
    "selected-accuracy",
    summary="the model was right on the items that it asked about",
    paper="Zhu, Wang & Hovy, COLING 2008, p. 1129 (min-error)",
)
def selected_accuracy(history: History) -> Verdict:
    """Stop when the model is right on 0.9 of the batch that it asked about, before training on it.

    The min-error criterion of Zhu, Wang & Hovy 2008, called selected accuracy in their ACM TSLP
    6(3) 2010 article. It rests on the batch being the hardest items: with a random query it
    reads as plain accuracy. Items that were answered without a class are left out.
    """
    if not history.batches:
        return Verdict(False, None, "selected-accuracy: no query of a trained model answered yet")
    predicted, answered = history.batches[-1]
    known = answered >= 0
    if not known.any():
        return Verdict(False, None, "selected-accuracy: the last query was answered by no class")
    right, count = int((predicted == answered)[known].sum()), int(known.sum())
    value = right / count
    stop = value >= ACCURACY_THRESHOLD
    return Verdict(
        stop,
        value,
        f"selected-accuracy: {_advice(stop)}, the model was right on {right} of the {count} items "
        f"that it last asked about, {value:.2f} (stops at {ACCURACY_THRESHOLD:g})",
    )


def _too_few(history: History) -> str:
    """Why so few models cannot be compared yet, or ever."""
    needed = KAPPA_WINDOW + 1
    if history.planned is not None and history.planned < needed:
        return (
            f"compares {needed} models that chose a query, and this run comes to "
            f"{history.planned}; give --cycles {needed + 1} or more, or begin with stopping_rule: "
            "selected-accuracy"
        )
    return f"needs {needed} models that chose a query, {len(history.stop_set)} so far"


def _kappa(one: Labels, two: Labels) -> float | None:
    if len(np.unique(np.concatenate([one, two]))) < 2:
        return None
    return float(cohen_kappa_score(one, two))


def _advice(stop: bool) -> str:
    return "stop" if stop else "go on"
