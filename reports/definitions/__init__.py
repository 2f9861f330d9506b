"""Every report there is. One more is one file here and one line below."""

from __future__ import annotations

from reports.base import Report
from reports.definitions.sla import SlaReport

REPORTS: dict[str, Report] = {report.slug: report for report in (SlaReport(),)}
