"""The report of a run: a page with a section for each question a reader has, one module each."""

from simulation.views.pages.report.page import write_report

__all__ = ["write_report"]
