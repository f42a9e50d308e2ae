"""The report of a study: tables, figures and a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.studies.page import render_study
from cryoal.studies.pictures import StudyPicture, draw_study
from cryoal.studies.results import HIGHER_IS_BETTER, CellResult
from cryoal.studies.statistics import study_statistics
from cryoal.studies.table_files import write_table
from cryoal.studies.tables import Table, study_tables
from cryoal.studies.target import DEFAULT_TARGETS, Target
from cryoal.studies.verdict import verdict

FOLDER = "report"
TABLES = "tables"
PAGE = "index.html"
VERDICT = "verdict.txt"


def write_study_report(
    folder: Path,
    results: Sequence[CellResult],
    *,
    expected: Iterable[tuple[str, int]] = (),
    metric: str = "accuracy",
    targets: Sequence[Target] = DEFAULT_TARGETS,
    classes: Sequence[str] = (),
    facts: str = "",
) -> Path:
    """Write ``report/`` into the folder of a study, finished or not.

    It holds ``index.html``, the figures as PNG and SVG, ``tables/*.csv`` and
    ``tables/*.parquet``, and ``verdict.txt``. Each file is written whole or not at all.

    Args:
        folder: of the study.
        results: all rows that there are.
        expected: schemes and seeds that the study is to hold; missing ones are named.
        metric: what schemes are compared by, one of ``HIGHER_IS_BETTER``.
        targets: heights to count labels to.
        classes: class names in the order of ``CellResult.query_counts``.
        facts: what the runs have in common, a sentence for the page.

    Returns:
        Path of the page.

    Raises:
        CryoalError: no results, a measurement twice, an unknown metric, or the folder cannot be
            written.
    """
    if not results:
        raise CryoalError(f"{folder}: no result yet; let a run of the study finish a cycle first")
    if metric not in HIGHER_IS_BETTER:
        names = ", ".join(HIGHER_IS_BETTER)
        raise CryoalError(f"study: schemes cannot be compared by '{metric}'; use one of {names}")
    study = study_statistics(results, metric, targets, expected)
    pictures = draw_study(study)
    page = render_study(study, pictures, f"Study {folder.resolve().name}", facts)
    tables = study_tables(results, study, classes)
    return write_files(folder, tables, pictures, verdict(study), page)


def write_files(
    folder: Path,
    tables: Mapping[str, Table],
    pictures: Mapping[str, StudyPicture],
    words: str,
    page: str,
) -> Path:
    """Write a report into ``report/`` of a study's folder; the path of its page.

    Raises:
        CryoalError: the folder cannot be written.
    """
    target = folder / FOLDER
    try:
        (target / TABLES).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CryoalError(f"{target}: cannot be made ({error.strerror})") from error
    remove_older(target, {*pictures, *tables})
    for name, table in tables.items():
        write_table(target / TABLES, name, table)
    for name, drawn in pictures.items():
        write_bytes(target / f"{name}.png", drawn.picture.png)
        write_bytes(target / f"{name}.svg", drawn.svg)
    write_bytes(target / VERDICT, f"{words}\n".encode())
    # A path with bytes that are no UTF-8 must not cost the whole page.
    write_bytes(target / PAGE, page.encode("utf-8", "replace"))
    return target / PAGE


def remove_older(report: Path, names: set[str]) -> None:
    """Remove figures and tables of an older report that the new one does not have."""
    for pattern in ("*.png", "*.svg", f"{TABLES}/*.csv", f"{TABLES}/*.parquet"):
        for path in report.glob(pattern):
            if path.stem not in names:
                path.unlink()


def write_bytes(path: Path, content: bytes) -> None:
    with written_atomically(path) as partial:
        partial.write_bytes(content)
