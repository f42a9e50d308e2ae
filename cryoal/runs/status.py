"""Where a run stands, as plain values."""

from __future__ import annotations

from typing import Any

import numpy as np

from cryoal.runs.amount import count_items
from cryoal.runs.balance import lopsided
from cryoal.runs.folder import RunFolder
from cryoal.runs.tables import metrics_rows
from cryoal.runs.training_set import training_set


def run_status(folder: RunFolder) -> dict[str, Any]:
    """State of a run, ready for JSON.

    Returns:
        ``state`` (``finished`` or ``unfinished``), ``scheme``, ``model``, ``data``, ``items``,
        ``classes``, ``labelled``, ``budget`` (labels a cycle), ``cycles`` and ``cycles_trained``,
        ``next`` (cycle and phase to come, None at the end), ``metrics`` (rows of
        ``metrics.csv``), ``last_query`` (class counts) and ``warnings``.
    """
    settings, journal = folder.settings, folder.journal
    splits = {name: len(journal.split(name)) for name in ("train", "validation", "test", "none")}
    labelled = training_set(journal, settings)
    counts, warnings = last_query(folder)
    return {
        "state": "finished" if folder.is_finished() else "unfinished",
        "scheme": settings.scheme,
        "model": settings.model,
        "data": settings.data,
        "items": splits,
        "classes": journal.classes,
        "labelled": len(labelled.items),
        "budget": count_items(settings.budget, splits["train"]),
        "cycles": settings.cycles,
        "cycles_trained": len(folder.trained_cycles()),
        "next": next_phase(folder),
        "metrics": metrics_rows(folder),
        "last_query": counts,
        "warnings": warnings,
    }


def next_phase(folder: RunFolder) -> dict[str, Any] | None:
    """Cycle and phase that the loop would do next."""
    done = folder.journal.phase_seconds()
    for cycle in range(folder.settings.cycles + 1):
        phases = ["query", "label"] if cycle == 0 else ["train", "evaluate"]
        if 0 < cycle < folder.settings.cycles:
            phases += ["score", "query", "label"]
        for phase in phases:
            if (cycle, phase) not in done:
                return {"cycle": cycle, "phase": phase}
    return None


def last_query(folder: RunFolder) -> tuple[dict[str, int], list[str]]:
    """Classes of the last answered query and what is wrong with their balance."""
    classes = folder.journal.classes
    answered = [row for row in folder.journal.query_rows() if row.label in classes]
    if not answered:
        return {}, []
    last = answered[-1].cycle
    labels = np.array([classes.index(str(r.label)) for r in answered if r.cycle == last])
    counts = np.bincount(labels, minlength=len(classes))
    warning = lopsided(labels, classes)
    return dict(zip(classes, counts.tolist(), strict=True)), [warning] if warning else []
