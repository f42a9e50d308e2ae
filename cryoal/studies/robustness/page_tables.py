"""The tables of a robustness study's page."""

from __future__ import annotations

from collections.abc import Sequence

from cryoal.reports.tables import UNKNOWN, html_table, number
from cryoal.studies.robustness.findings import Findings, Measurement
from cryoal.studies.robustness.sweep import AT_CHANCE, Sweep
from cryoal.studies.wording import limits, p_text, saving_limits, saving_text


def sweep_table(sweep: Sweep) -> str:
    """Each scheme at each level: area, and difference to random."""
    rows = []
    for scheme in sweep.schemes:
        gain = sweep.gain(scheme)
        for at, level in enumerate(sweep.levels):
            area = level.area(scheme)
            row = [scheme, level.tick, number(area.mean), limits(area), str(area.count)]
            if gain is None:
                rows.append([*row, *[UNKNOWN] * 4])
                continue
            test = gain.tests[at]
            rows.append(
                [
                    *row,
                    number(test.difference.mean, "{:+.3f}"),
                    limits(test.difference, "{:+.3f}"),
                    p_text(test.p),
                    p_text(gain.p_holm[at]),
                ]
            )
    header = ["scheme", sweep.axis, "area", "95 % interval", "seeds"]
    header += ["minus random", "95 % interval", "p", "p, Holm"]
    return html_table(header, rows)


def saving_table(sweep: Sweep) -> str:
    """What each scheme saves over random at each level."""
    rows = []
    for gain in sweep.gains:
        for level in sweep.levels:
            saved = level.main_saving(gain.scheme)
            cells = [UNKNOWN] * 2 if saved is None else [saving_text(saved), saving_limits(saved)]
            if not level.is_learned:
                cells = [AT_CHANCE, UNKNOWN]
            rows.append([gain.scheme, level.tick, *cells])
    return html_table(["scheme", sweep.axis, "saving over random", "95 % interval"], rows)


def transfer_table(findings: Findings) -> str:
    rows = [
        [one.labels["trained"], one.labels["tested"], *mean_cells(one)] for one in findings.transfer
    ]
    header = ["trained at SNR", "tested at SNR", "accuracy", "95 % interval", "seeds"]
    return html_table(header, rows, words=())


def stability_table(findings: Findings) -> str:
    def key(one: Measurement) -> tuple[str, ...]:
        return tuple(one.labels.values())

    overlaps = {key(one): one for one in findings.overlap}
    rows = []
    for labels in dict.fromkeys([key(one) for one in findings.overlap]):
        correlation = next((o for o in findings.correlation if key(o) == labels), None)
        cells = [UNKNOWN] * 2 if correlation is None else mean_cells(correlation)[:2]
        rows.append([*labels, *cells, *mean_cells(overlaps[labels], "{:+.3f}")])
    header = ["scheme", "SNR", "views", "correlation", "95 % interval"]
    header += ["query kept − chance", "95 % interval", "seeds"]
    return html_table(header, rows)


def junk_table(findings: Findings) -> str:
    rows = [[one.labels["scheme"], one.labels["snr"], *mean_cells(one)] for one in findings.junk]
    return html_table(["scheme", "SNR", "share of junk", "95 % interval", "seeds"], rows)


def fault_table(findings: Findings) -> str:
    rows = [[*one.labels.values(), *mean_cells(one, "{:+.3f}")] for one in findings.faults]
    header = ["scheme", "fault", "amount", "accuracy lost", "95 % interval", "seeds"]
    return html_table(header, rows, words=(0, 1, 2))


def unchanged_table(findings: Findings) -> str:
    rows = [[one.labels["scheme"], *mean_cells(one)] for one in findings.unchanged]
    return html_table(["scheme", "accuracy", "95 % interval", "seeds"], rows)


def mean_cells(one: Measurement, form: str = "{:.3f}") -> Sequence[str]:
    interval = one.interval
    return [number(interval.mean, form), limits(interval, form), str(interval.count)]
