"""Figures and the HTML report of a run."""

from cryoal.reports.write import write_report

__all__ = ["write_report"]
