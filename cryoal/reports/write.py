"""The report of a run: figures and a page in its folder."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from cryoal.errors import CryoalError
from cryoal.io.atomic import written_atomically
from cryoal.pools import Pool
from cryoal.reports.class_balance import class_balance
from cryoal.reports.class_scores import class_scores, score_name
from cryoal.reports.confusion import confusion_figure
from cryoal.reports.learning_curve import learning_curve
from cryoal.reports.page import Picture, Pictures, render_page
from cryoal.reports.phase_times import phase_times
from cryoal.reports.queried_items import pool_fits, queried_items
from cryoal.reports.record import RunRecord, read_record
from cryoal.reports.style import drawing_style, png_bytes
from cryoal.runs.folder import RunFolder

FOLDER = "report"
PAGE = "index.html"


def write_report(folder: RunFolder, pool: Pool | None) -> Path:
    """Write ``report/*.png`` and ``report/index.html`` into a run, finished or not.

    The page holds its figures, so it can be sent as one file. Each file is written whole or not
    at all.

    Args:
        folder: the run.
        pool: the pool it was begun on; without it the page has no slices of the queried items.

    Returns:
        Path of the page.

    Raises:
        CryoalError: the folder cannot be written.
    """
    record = read_record(folder, pool)
    with drawing_style():
        pictures = draw(record, pool)
    target = folder.path / FOLDER
    try:
        target.mkdir(exist_ok=True)
    except OSError as error:
        raise CryoalError(f"{target}: cannot be made ({error.strerror})") from error
    for picture in pictures.all():
        write_bytes(target / f"{picture.name}.png", picture.png)
    page = target / PAGE
    # A path with bytes that are no UTF-8 must not cost the whole page.
    write_bytes(page, render_page(record, pictures).encode("utf-8", "replace"))
    return page


def draw(record: RunRecord, pool: Pool | None) -> Pictures:
    """All figures that the record allows."""
    confusions: dict[int, Picture] = {}
    for cycle, matrix in record.confusions.items():
        title = f"Confusion matrix after cycle {cycle}"
        of_pixels = record.task == "segmentation"
        figure = confusion_figure(matrix, record.outputs, title, of_pixels)
        confusions[cycle] = picture(f"confusion_{cycle:02d}", title, figure)
    queries, no_slices = draw_queries(record, pool)
    scores = f"{score_name(record)} of each class by cycle"
    return Pictures(
        curve=optional("learning_curve", "Metrics by labels, as below", learning_curve(record)),
        scores=optional("class_scores", scores, class_scores(record)),
        balance=optional("class_balance", "Class shares of each query", class_balance(record)),
        times=optional("phase_times", "Seconds of each phase by cycle", phase_times(record)),
        confusions=confusions,
        queries=queries,
        shown_as="" if pool is None else pool.shown_as,
        no_slices=no_slices,
    )


def draw_queries(record: RunRecord, pool: Pool | None) -> tuple[dict[int, Picture], str | None]:
    """Slices by cycle, and why some or all are missing."""
    if not record.queries:
        return {}, "Nothing was queried yet."
    if pool is None:
        return {}, f"No slices: the pool {record.settings.data} was not at hand for this report."
    pictures: dict[int, Picture] = {}
    for cycle, rows in record.queries.items():
        if not pool_fits(pool, rows):
            return pictures, (
                f"No slices: the items of {record.settings.data} are no longer those of the run."
            )
        name = "Random start" if cycle == 0 else f"Query of cycle {cycle}"
        try:
            figure = queried_items(pool, rows, name)
        except CryoalError as error:
            return pictures, f"Slices are missing: {error}"
        pictures[cycle] = picture(f"queried_{cycle:02d}", f"{name}: the first items", figure)
    return pictures, None


def picture(name: str, text: str, figure: Figure) -> Picture:
    return Picture(name, text, png_bytes(figure))


def optional(name: str, text: str, figure: Figure | None) -> Picture | None:
    return None if figure is None else picture(name, text, figure)


def write_bytes(path: Path, content: bytes) -> None:
    with written_atomically(path) as partial:
        partial.write_bytes(content)
