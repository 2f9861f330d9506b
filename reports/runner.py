"""Finds a report, checks who asks, and runs it: the same for the page, the file and whoever comes later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.clock import now
from core.errors import NotFound
from people.models import Agent
from people.policy import require
from reports.base import Filters, Report, Result
from reports.definitions import REPORTS
from reports.engine.chosen import asked_once
from reports.patience import within_reason


@dataclass(frozen=True, slots=True)
class Run:
    report: Report
    filters: Filters
    result: Result


def report_for(viewer: Agent, slug: str) -> Report:
    """The report of this name, if the viewer may see reports at all."""
    require(viewer, "see_reports")
    report = REPORTS.get(slug)
    if report is None:
        raise NotFound("There is no such report.")
    return report


def run_report(viewer: Agent, slug: str, values: Mapping[str, str]) -> Run:
    """Run with the filters of a URL, in the viewer's days."""
    report = report_for(viewer, slug)
    at = now()
    filters = report.Filters.from_query(values, now=at, zone=zone_of(viewer))
    with asked_once(), within_reason():
        return Run(report, filters, report.run(viewer, filters, now=at))


def zone_of(viewer: Agent) -> ZoneInfo:
    try:
        return ZoneInfo(viewer.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
