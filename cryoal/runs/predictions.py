"""Predictions and scores as files: CSV, or the list of particles that the pool came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.csv_table import write_csv_table
from cryoal.pools import Pool
from cryoal.runs.inference import Prediction
from cryoal.runs.list_copies import copy_list

PREDICTION_COLUMNS = ["id", "class", "probability"]
SCORE_COLUMNS = ["rank", "index", "id", "score", "class", "probability", "label"]


def write_predictions(out: Path, pool: Pool, prediction: Prediction) -> list[Path]:
    """Write a ``.csv``, or a copy of the list of particles that the pool came from.

    Returns:
        The files written.

    Raises:
        CryoalError: a ``.csv`` that holds something else, or as
            :func:`~cryoal.runs.list_copies.copy_list`.
    """
    if out.suffix != ".csv":
        return copy_list(out, pool, prediction.answers())
    refuse_foreign(out, PREDICTION_COLUMNS)
    answers = prediction.answers()
    rows = zip(pool.ids, answers.names, answers.texts(), strict=True)
    write_csv_table(out, PREDICTION_COLUMNS, rows)
    return [out]


def write_scores(
    out: Path, pool: Pool, scores: npt.NDArray[np.float64], prediction: Prediction
) -> None:
    """CSV of all items, highest score first, with the model's class and the pool's label.

    Raises:
        CryoalError: ``out`` holds something else, or cannot be written.
    """
    refuse_foreign(out, SCORE_COLUMNS)
    names = prediction.names()
    order = np.argsort(-scores, kind="stable")
    rows = (
        [
            str(rank),
            str(item),
            pool.ids[item],
            f"{scores[item]:.7g}",
            names[item],
            f"{prediction.probabilities[item]:.6f}",
            pool.classes[pool.labels[item]] if pool.labels[item] >= 0 else "",
        ]
        for rank, item in enumerate(order.tolist())
    )
    write_csv_table(out, SCORE_COLUMNS, rows)


def refuse_foreign(out: Path, columns: list[str]) -> None:
    """Overwrite nothing but an older table of the same kind.

    Raises:
        CryoalError: ``out`` is there and holds something else.
    """
    if not out.exists():
        return
    with out.open("rb") as file:
        first = file.readline(1000)
    if first.strip() != ",".join(columns).encode():
        raise CryoalError(f"{out}: is there already and holds something else; give another name")
