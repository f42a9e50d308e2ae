"""The figures of a robustness study."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.figure import Figure

from cryoal.studies.pictures import StudyPicture, drawn
from cryoal.studies.robustness.fault_plot import fault_plot
from cryoal.studies.robustness.findings import Findings
from cryoal.studies.robustness.junk_plot import junk_plot
from cryoal.studies.robustness.level_panels import (
    area_panels,
    curve_panels_by_level,
    gain_panels,
    saving_panels,
)
from cryoal.studies.robustness.stability_plot import stability_plot
from cryoal.studies.robustness.transfer_plot import transfer_plot


def draw_findings(findings: Findings) -> dict[str, StudyPicture]:
    """Every figure that the results allow, by name."""
    return drawn(figures(findings))


def figures(findings: Findings) -> Iterator[tuple[str, str, Figure | None]]:
    for sweep in findings.sweeps:
        by = f"by {sweep.axis}"
        text = f"test accuracy by labels {by}, a panel a scheme"
        yield f"{sweep.name}_curves", text, curve_panels_by_level(sweep)
        yield f"{sweep.name}_areas", f"area under the budget curve {by}", area_panels(sweep)
        yield f"{sweep.name}_gains", f"area minus random's {by}", gain_panels(sweep)
        yield f"{sweep.name}_savings", f"labels saved over random {by}", saving_panels(sweep)
    text = "accuracy by the ratio trained at and the ratio tested at"
    yield "transfer", text, transfer_plot(findings.transfer)
    correlation = stability_plot(
        findings.correlation, "Ranking under fresh noise: correlation", "Spearman's correlation"
    )
    yield "stability", "rank correlation between draws of the noise by scheme", correlation
    overlap = stability_plot(
        findings.overlap, "Ranking under fresh noise: the query", "share kept − chance"
    )
    yield "query_overlap", "overlap of queries between draws of the noise by scheme", overlap
    yield "junk", "share of junk in the queries by scheme", junk_plot(findings)
    yield "faults", "accuracy lost by scheme and fault", fault_plot(findings)
