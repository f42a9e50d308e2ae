"""Labels of a run that models contradict which never saw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cryoal.errors import CryoalError
from cryoal.io.csv_table import write_csv_table
from cryoal.labelling.label_quality import Suspect, ranked_suspects
from cryoal.learning.cross_validation import out_of_fold
from cryoal.learning.devices import make_fabric
from cryoal.learning.preparation import Preparation
from cryoal.pools import SubtomogramPool
from cryoal.runs.accuracy import Accuracy
from cryoal.runs.folder import RunFolder
from cryoal.runs.model_description import describe_model
from cryoal.runs.out_of_fold import OutOfFold, out_of_fold_path
from cryoal.runs.training_set import TrainingSet, training_set

FOLDS = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class DoubtfulLabel:
    """A label to look at again.

    Attributes:
        item, id: of the item.
        group: its tomogram, or None.
        label, suggested: class names: what it has, and what the models hold against it.
        label_probability, suggested_probability: what they give these.
        score: how doubtful, at most about 1.
        confident: they are as sure as they usually are of that class.
    """

    item: int
    id: str
    group: str | None
    label: str
    suggested: str
    label_probability: float
    suggested_probability: float
    score: float
    confident: bool


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes:
        doubtful: most doubtful first.
        accuracy: cross-validated; None where nothing could be judged.
        labels: how many there are; the only one of its class cannot be judged.
        table: the file with all of ``doubtful``.
    """

    doubtful: list[DoubtfulLabel]
    accuracy: Accuracy | None
    labels: int
    table: Path


def audit_labels(
    folder: RunFolder, pool: SubtomogramPool, device: str, progress: Progress | None = None
) -> Audit:
    """Cross-validate the run's labels with its own model and recipe; writes ``RUN/audit``.

    Args:
        pool: that of the run.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        progress: (optimiser steps done, steps in all).

    Raises:
        CryoalError: too few labels, or another pool.
    """
    if pool.fingerprint != folder.journal.meta("items"):
        raise CryoalError(f"{folder.path}: the items of {pool.source} changed since the run began")
    last_event = folder.journal.labels.last_event()
    labelled = training_set(folder.journal, folder.settings, last_event)
    if labelled.kinds < 2:
        raise CryoalError(f"{folder.path}: labels of fewer than two classes; label more first")
    settings = folder.settings
    probabilities = out_of_fold(
        describe_model(settings, pool, labelled.classes).build,
        Preparation(pool, settings.recipe),
        labelled.items,
        labelled.labels,
        make_fabric(device, settings.recipe.precision),
        FOLDS,
        settings.seed,
        progress,
    )
    result = OutOfFold(
        last_event,
        labelled.items,
        labelled.labels,
        np.array(labelled.positions, np.int64),
        probabilities,
    )
    out_of_fold_path(folder).parent.mkdir(exist_ok=True)
    doubtful = doubtful_labels(folder, labelled, result)
    table = out_of_fold_path(folder).with_name("audit.csv")
    write_table(table, doubtful)
    result.save(out_of_fold_path(folder))
    return Audit(doubtful, result.accuracy, len(labelled.items), table)


def doubtful_labels(
    folder: RunFolder, labelled: TrainingSet, result: OutOfFold
) -> list[DoubtfulLabel]:
    """What the probabilities contradict, most doubtful first."""
    rows = folder.journal.db.execute("SELECT item, id, group_name FROM items")
    known = {item: (name, group) for item, name, group in rows}

    def describe(suspect: Suspect) -> DoubtfulLabel:
        item = int(result.items[suspect.row])
        name, group = known[item]
        given = result.probabilities[suspect.row]
        return DoubtfulLabel(
            item=item,
            id=name,
            group=group,
            label=labelled.classes[suspect.label],
            suggested=labelled.classes[suspect.suggested],
            label_probability=float(given[suspect.label]),
            suggested_probability=float(given[suspect.suggested]),
            score=suspect.score,
            confident=suspect.confident,
        )

    return [describe(one) for one in ranked_suspects(result.probabilities, result.labels)]


def write_table(path: Path, doubtful: list[DoubtfulLabel]) -> None:
    """``audit.csv``, a row for each doubtful label."""
    header = [
        "id",
        "label",
        "suggested",
        "label_probability",
        "suggested_probability",
        "score",
        "confident",
        "tomogram",
    ]
    rows = (
        [
            one.id,
            one.label,
            one.suggested,
            f"{one.label_probability:.4f}",
            f"{one.suggested_probability:.4f}",
            f"{one.score:.4f}",
            "yes" if one.confident else "no",
            one.group or "",
        ]
        for one in doubtful
    )
    write_csv_table(path, header, rows)
