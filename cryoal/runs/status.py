"""Where a run stands, as plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from cryoal.runs.accuracy import Accuracy
from cryoal.runs.amount import count_items
from cryoal.runs.answers import Outcome
from cryoal.runs.balance import lopsided
from cryoal.runs.folder import RunFolder
from cryoal.runs.network_disk import network_warning
from cryoal.runs.open_query import open_query
from cryoal.runs.out_of_fold import load_out_of_fold
from cryoal.runs.stopping import Verdict, get
from cryoal.runs.stopping_history import stopping_history
from cryoal.runs.tables import metrics_rows
from cryoal.runs.training_set import training_set
from cryoal.runs.wilson import wilson_interval

MetricsRow = dict[str, float | int | None]


def run_status(folder: RunFolder) -> dict[str, Any]:
    """State of a run, ready for JSON.

    Returns:
        ``state`` (``finished``, ``waiting`` for people's answers, or ``unfinished``), ``task``,
        ``scheme``, ``model``, ``data``, ``oracle``, ``items``, ``classes``, ``labelled``, ``junk``,
        ``undecided`` and ``conflicts`` (items), ``waiting`` (items of the open query without an
        answer), ``annotators`` (answers by person), ``budget`` (labels a cycle), ``cycles`` and
        ``cycles_trained``, ``next`` (cycle and phase to come, None at the end; ``label`` only as
        long as answers are waited for), ``metrics`` (rows
        of ``metrics.csv``), ``pretraining`` (its ``loss``, the share of views ``matched`` with
        their partner and ``seconds``; None without), ``accuracy`` of the last model with its
        95 % interval and where it was measured, ``gains`` in accuracy of the last cycles,
        ``stopping`` (what the rule says), ``last_query`` (class counts) and ``warnings``.
    """
    settings, journal = folder.settings, folder.journal
    splits = {name: len(journal.split(name)) for name in ("train", "validation", "test", "none")}
    rows = metrics_rows(folder)
    counts, warnings = last_query(folder)
    if warning := network_warning(folder.path):
        warnings.append(warning)
    waiting = waiting_items(folder)
    state = "finished" if folder.is_finished() else "unfinished"
    return {
        "state": "waiting" if waiting else state,
        "task": journal.task,
        "scheme": settings.scheme,
        "model": settings.model,
        "data": settings.data,
        "oracle": settings.oracle,
        "items": splits,
        "classes": told_apart(folder),
        "labelled": len(training_set(journal, settings).items),
        **outcomes(folder),
        "waiting": len(waiting),
        "annotators": annotators(folder),
        "budget": count_items(settings.budget, splits["train"]),
        "cycles": settings.cycles,
        "cycles_trained": len(folder.trained_cycles()),
        "next": next_phase(folder, answered=not waiting),
        "metrics": rows,
        "pretraining": pretraining(folder),
        "accuracy": last_accuracy(folder, rows),
        "gains": gains(rows),
        "stopping": stopping(folder),
        "last_query": counts,
        "warnings": warnings,
    }


def told_apart(folder: RunFolder) -> list[str]:
    """Names of the classes of items, or of pixels."""
    if folder.journal.task == "segmentation":
        return folder.journal.outputs
    return [one.name for one in folder.journal.labels.classes.active()]


def waiting_items(folder: RunFolder) -> list[int]:
    """Items of the open query that nobody has answered; none where labels are a table."""
    if folder.settings.oracle == "labels":
        return []
    query = open_query(folder.journal, folder.settings.overlap, folder.settings.seed)
    return [] if query is None else query.waiting(folder.journal.labels.answers())


def outcomes(folder: RunFolder) -> dict[str, int]:
    """Items that ended in something else than a class."""
    answers = folder.journal.labels.answers()
    decisions = [answers.decision(item) for item in answers.items()]
    return {
        "junk": sum(decision.outcome is Outcome.JUNK for decision in decisions),
        "undecided": sum(decision.state == "undecided" for decision in decisions),
        "conflicts": sum(decision.state == "conflict" for decision in decisions),
    }


def annotators(folder: RunFolder) -> dict[str, int]:
    """Standing answers by person."""
    answers = folder.journal.labels.answers()
    counts = Counter(name for item in answers.items() for name, _ in answers.of(item))
    return dict(sorted(counts.items()))


def last_accuracy(folder: RunFolder, rows: list[MetricsRow]) -> dict[str, Any] | None:
    """The last accuracy with its 95 % interval: held out or, without test items, the audit's.

    None for segmentation: pixels of one image do not err independently, and there is no audit.
    """
    if folder.journal.task == "segmentation":
        return None
    tested = [row for row in rows if row["accuracy"] is not None]
    if tested:
        value = float(tested[-1]["accuracy"] or 0.0)
        items = int(folder.journal.metrics()[int(tested[-1]["cycle"] or 0)]["items"])
        known = Accuracy(value, *wilson_interval(value, items), items)
        return asdict(known) | {"measured_on": "held-out labelled items"}
    audited = load_out_of_fold(folder)
    if audited is None or audited.accuracy is None:
        return None
    return asdict(audited.accuracy) | {"measured_on": "labels, cross-validated by the last audit"}


def gains(rows: list[MetricsRow]) -> list[dict[str, float]]:
    """What the last three cycles added to the accuracy, of pixels for segmentation."""
    tested = [row for row in rows if row["accuracy"] is not None]
    return [
        {
            "cycle": int(two["cycle"] or 0),
            "labels": int(two["labelled"] or 0) - int(one["labelled"] or 0),
            "accuracy": float(two["accuracy"] or 0) - float(one["accuracy"] or 0),
        }
        for one, two in pairwise(tested[-4:])
    ]


def stopping(folder: RunFolder) -> dict[str, Any]:
    """What the stopping rule of the settings says."""
    rule = get(folder.settings.stopping_rule)
    if folder.journal.task == "segmentation":
        verdict = Verdict(False, None, f"{rule.name}: goes by classes of items, not of pixels")
    else:
        verdict = rule.judge(stopping_history(folder))
    return {
        "rule": folder.settings.stopping_rule,
        "stop": verdict.stop,
        "value": verdict.value,
        "explanation": verdict.explanation,
    }


def next_phase(folder: RunFolder, answered: bool) -> dict[str, Any] | None:
    """Cycle and phase to come.

    Args:
        answered: whether people have nothing to answer; where they label, what comes after does.
    """
    labelled = answered and folder.settings.oracle == "human"
    done = folder.journal.phase_seconds()
    for cycle in range(folder.settings.cycles + 1):
        phases = ["query", "label"] if cycle == 0 else ["train", "evaluate"]
        if cycle == 0 and folder.settings.pretrain:
            phases.insert(0, "pretrain")
        if 0 < cycle < folder.settings.cycles:
            phases += ["score", "query", "label"]
        for phase in phases:
            if (cycle, phase) not in done and not (labelled and phase == "label"):
                return {"cycle": cycle, "phase": phase}
    return None


def pretraining(folder: RunFolder) -> dict[str, float] | None:
    """What the training without labels said of itself."""
    seconds = folder.journal.phase_seconds().get((0, "pretrain"))
    if seconds is None:
        return None
    metrics = folder.journal.metrics()[0]
    return {
        "loss": metrics["pretrain_loss"],
        "matched": metrics["pretrain_matched"],
        "seconds": seconds,
    }


def last_query(folder: RunFolder) -> tuple[dict[str, int], list[str]]:
    """Classes of the last answered query and what is wrong with their balance.

    Only a query that a scheme chose, answered in full, is judged.
    """
    classes = [one.name for one in folder.journal.labels.classes.active()]
    answered = [row for row in folder.journal.query_rows() if row.label in classes]
    if not answered:
        return {}, []
    last = answered[-1].cycle
    labels = np.array([classes.index(str(r.label)) for r in answered if r.cycle == last])
    counts = np.bincount(labels, minlength=len(classes))
    whole = last > 0 and (last, "label") in folder.journal.phase_seconds()
    warning = lopsided(labels, classes) if whole else None
    return dict(zip(classes, counts.tolist(), strict=True)), [warning] if warning else []
