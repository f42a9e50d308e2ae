"""The page of an analysis: one file, readable without a network, a server or scripts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from importlib.metadata import version

from cryoal.analyses.analysis import Analysis
from cryoal.analyses.measurement import Mean
from cryoal.analyses.source import Source
from cryoal.reports.page import Picture, figure, folded, note, section
from cryoal.reports.tables import UNKNOWN, html_table, number
from cryoal.studies.interval import Interval
from cryoal.studies.page import PAGE
from cryoal.studies.wording import limits, listed, plural

FORM = "{:.4g}"
MOST_NAMED = 12


def render_analysis(
    analysis: Analysis, sources: Sequence[Source], means: Sequence[Mean], picture: Picture
) -> str:
    """The whole page as text."""
    about = [note(paragraph) for paragraph in analysis.about.split("\n\n")]
    paths = [note(str(source.path)) for source in sources]
    limited = note("Means over seeds with 95 % t intervals where there are three seeds or more.")
    return PAGE.substitute(
        title=html.escape(analysis.title),
        summary=html.escape(analysis.verdict(means)),
        facts=html.escape(facts(sources)),
        sections="\n".join(
            [
                section("Figure", [figure(picture)]),
                section("What is measured", about),
                section("Numbers", [mean_html(means), limited]),
                section("Runs", [folded(plural(len(sources), "run"), paths)]),
            ]
        ),
        version=html.escape(version("cryoal")),
        footer=html.escape(
            f"Beside this page: the figure as PNG and SVG, the numbers as {analysis.name}.csv and, "
            f"of each run, {analysis.name}_runs.csv (both also as Parquet)."
        ),
    )


def facts(sources: Sequence[Source]) -> str:
    names = [source.name for source in sources]
    left = len(names) - MOST_NAMED
    if left > 1:
        names = [*names[:MOST_NAMED], f"{left} more"]
    return f"{plural(len(sources), 'run')}: {listed(names)}."


def mean_html(means: Sequence[Mean]) -> str:
    """Keys, sizes and values; a column of limits after a value that has any."""
    keys, sizes = [*means[0].keys], [*means[0].sizes]
    values = [*means[0].intervals]
    bounded = {name for mean in means for name in values if mean.intervals[name].is_known}
    header = [*keys, *sizes]
    for name in values:
        header += [name, *(["95 %", "seeds"] if name in bounded else [])]
    rows = [
        [
            *(str(mean.keys[key]) for key in keys),
            *(str(mean.sizes[size]) for size in sizes),
            *(cell for name in values for cell in cells(mean.intervals[name], name in bounded)),
        ]
        for mean in means
    ]
    words = [at for at, key in enumerate(keys) if isinstance(means[0].keys[key], str)]
    return html_table([name.replace("_", " ") for name in header], rows, words)


def cells(interval: Interval, bounded: bool) -> list[str]:
    mean = number(interval.mean, FORM) if interval.count else UNKNOWN
    return [mean, *([limits(interval, FORM), str(interval.count)] if bounded else [])]
