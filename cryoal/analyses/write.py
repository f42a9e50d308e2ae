"""The files of an analysis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.measurement import Measurement, mean_table, means_of, seed_table
from cryoal.analyses.page import render_analysis
from cryoal.analyses.source import Source
from cryoal.errors import CryoalError
from cryoal.studies.pictures import drawn
from cryoal.studies.table_files import write_table
from cryoal.studies.write import write_bytes


def write_analysis(
    out: Path,
    analysis: Analysis,
    sources: Sequence[Source],
    measurements: Sequence[Measurement],
) -> Path:
    """Write page, figure (PNG, SVG) and tables (CSV, Parquet), named after the analysis.

    Args:
        out: folder; made where it is not there, so that several analyses may share it.
        sources: the runs that were measured.
        measurements: of all of them, at least one.

    Returns:
        Path of the page.

    Raises:
        CryoalError: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CryoalError(f"{out}: cannot be made ({error.strerror})") from error
    means = means_of(measurements)
    made = drawn(figures(analysis, measurements))[analysis.name]
    page = render_analysis(analysis, sources, means, made.picture)
    write_table(out, analysis.name, mean_table(means))
    write_table(out, f"{analysis.name}_runs", seed_table(measurements))
    write_bytes(out / f"{analysis.name}.png", made.picture.png)
    write_bytes(out / f"{analysis.name}.svg", made.svg)
    target = out / f"{analysis.name}.html"
    # A path with bytes that are no UTF-8 must not cost the whole page.
    write_bytes(target, page.encode("utf-8", "replace"))
    return target


def figures(
    analysis: Analysis, measurements: Sequence[Measurement]
) -> Iterator[tuple[str, str, Figure]]:
    """The one figure, drawn when it is asked for: under the style that holds then."""
    yield analysis.name, analysis.title, analysis.draw(measurements)
