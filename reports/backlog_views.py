"""The page of the list behind a figure of the backlog."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render

from core.clock import now
from reports.backlog_list import backlog_context
from reports.fact_filters import FactFilters
from reports.guard import ViewerRequest, report_page
from reports.runner import zone_of


@report_page
def backlog_page(request: ViewerRequest) -> HttpResponseBase:
    values, at = request.GET.dict(), now()
    filters = FactFilters.from_query(values, now=at, zone=zone_of(request.user))
    return render(request, "reports/backlog.html", backlog_context(request.user, values, filters, now=at))
