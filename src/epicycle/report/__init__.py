"""A result as one page of HTML."""

from epicycle.report.write import build_report, write_report

__all__ = ["build_report", "write_report"]
