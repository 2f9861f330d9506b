"""Every report there is. One more is one file here and one line below."""

from __future__ import annotations

from reports.base import Report
from reports.definitions.automation import AutomationReport
from reports.definitions.backlog import BacklogReport
from reports.definitions.callbacks import CallbacksReport
from reports.definitions.chat import ChatReport
from reports.definitions.csat import CsatReport
from reports.definitions.promised import PromisedReport
from reports.definitions.sla import SlaReport
from reports.definitions.solutions import SolutionsReport
from reports.definitions.staffing import StaffingReport
from reports.definitions.volume import VolumeReport
from reports.definitions.workload import WorkloadReport

REPORTS: dict[str, Report] = {
    report.slug: report
    for report in (
        SlaReport(),
        VolumeReport(),
        BacklogReport(),
        SolutionsReport(),
        WorkloadReport(),
        StaffingReport(),
        ChatReport(),
        CsatReport(),
        PromisedReport(),
        CallbacksReport(),
        AutomationReport(),
    )
}
