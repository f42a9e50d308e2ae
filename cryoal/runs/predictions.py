"""Predictions and scores as files: CSV, or the STAR file that the pool came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryoal.errors import CryoalError
from cryoal.io.csv_table import write_csv_table
from cryoal.io.star import append_columns, read_star
from cryoal.pools import Pool
from cryoal.pools.particles_star import particles_block
from cryoal.runs.inference import Prediction

CLASS_COLUMN = "rlnClassNumber"
PROBABILITY_COLUMN = "cryoalProbability"
PREDICTION_COLUMNS = ["id", "class", "probability"]
SCORE_COLUMNS = ["rank", "index", "id", "score", "class", "probability", "label"]


def write_predictions(out: Path, pool: Pool, prediction: Prediction) -> list[Path]:
    """Write a ``.csv``, or for a pool in a STAR file a ``.star`` with a legend beside it.

    Returns:
        The files written.

    Raises:
        CryoalError: another ending, a STAR file asked of another kind of pool, or the pool's own
            file as ``out``.
    """
    if out.suffix == ".csv":
        refuse_foreign(out, PREDICTION_COLUMNS)
        names = prediction.names()
        rows = (
            [i, n, f"{p:.6f}"]
            for i, n, p in zip(pool.ids, names, prediction.probabilities, strict=True)
        )
        write_csv_table(out, PREDICTION_COLUMNS, rows)
        return [out]
    if out.suffix != ".star":
        raise CryoalError(f"{out}: give a name that ends in .csv or .star")
    if pool.source.suffix != ".star":
        raise CryoalError(f"{out}: {pool.source} is not a STAR file; write a .csv instead")
    if out.exists() and out.samefile(pool.source):
        raise CryoalError(f"{out}: is the pool's own file; give another name")
    return write_star(out, pool, prediction)


def write_star(out: Path, pool: Pool, prediction: Prediction) -> list[Path]:
    """Copy the pool's STAR file with two columns more; class numbers count from 1."""
    block = particles_block(pool.source, read_star(pool.source))
    columns = {
        CLASS_COLUMN: (prediction.labels + 1).tolist(),
        PROBABILITY_COLUMN: [f"{value:.6f}" for value in prediction.probabilities],
    }
    append_columns(pool.source, out, block.name, columns)
    legend = out.with_suffix(".classes.csv")
    numbered = ([str(number), name] for number, name in enumerate(prediction.classes, start=1))
    write_csv_table(legend, [CLASS_COLUMN, "class"], numbered)
    return [out, legend]


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
