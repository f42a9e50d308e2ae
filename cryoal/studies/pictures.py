"""The figures of a study."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import matplotlib
from matplotlib.figure import Figure

from cryoal.reports.page import Picture
from cryoal.reports.style import drawing_style, png_bytes
from cryoal.studies.area_plot import area_plot
from cryoal.studies.cost_plot import cost_plot
from cryoal.studies.difference_panels import difference_panels
from cryoal.studies.panels import curve_panels
from cryoal.studies.penalty_plot import penalty_plot
from cryoal.studies.saving_plot import saving_plot
from cryoal.studies.statistics import StudyStatistics
from cryoal.studies.wording import metric_name


@dataclass(frozen=True)
class StudyPicture:
    """A figure for the page and for a paper.

    Attributes:
        picture: its PNG, name and text.
        svg: the same as SVG.
    """

    picture: Picture
    svg: bytes


def draw_study(study: StudyStatistics) -> dict[str, StudyPicture]:
    """Every figure that the results allow, by name."""
    return drawn(figures(study))


def drawn(made: Iterator[tuple[str, str, Figure | None]]) -> dict[str, StudyPicture]:
    """Pictures by name, of names, descriptions and figures that are drawn as they are asked for."""
    with drawing_style():
        # Element names of an SVG are random without a salt of its own.
        matplotlib.rcParams["svg.hashsalt"] = "cryoal"
        return {
            name: StudyPicture(Picture(name, text, png_bytes(figure)), svg_bytes(figure))
            for name, text, figure in made
            if figure is not None
        }


def figures(study: StudyStatistics) -> Iterator[tuple[str, str, Figure | None]]:
    """Name, description and figure."""
    order = [row.scheme for row in study.standings]
    name = metric_name(study.metric)
    made = study.described
    curves = curve_panels(study.curves, order, f"Learning curves: {name}", f"test {name}")
    yield "learning_curves", f"{name} by labels, a panel a scheme, beside random", curves
    yield "difference_to_random", f"{name} minus random's by labels", difference_panels(study)
    yield "areas", "area under the budget curve by scheme with intervals", area_plot(study)
    yield "savings", "labels saved over random by scheme and target", saving_plot(study)
    yield "penalties", "share of budgets at which a scheme is above another", penalty_plot(study)
    gap = curve_panels(
        made["accuracy gap"],
        order,
        "Gap between labelled and test items",
        "accuracy on labels − on test",
        (-1.0, 1.0),
    )
    yield "train_test_gap", "accuracy on the labelled minus on the test items by labels", gap
    overlap = curve_panels(
        made["overlap"],
        order,
        "Query and largest true gradient norms",
        "share of the query in both",
    )
    yield "gradnorm_overlap", "share of the query among the largest true gradient norms", overlap
    spread = curve_panels(
        made["effective classes"], order, "Spread of the queries over classes", "effective classes"
    )
    yield "query_spread", "effective classes of a query as a share of all classes", spread
    yield "costs", "seconds of a cycle and peak memory by scheme and phase", cost_plot(study)


def svg_bytes(figure: Figure) -> bytes:
    """A figure that was drawn before as an SVG, the same for the same data."""
    # Its parts have their places: to lay them out anew would cost as much as the PNG did.
    figure.set_layout_engine("none")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
