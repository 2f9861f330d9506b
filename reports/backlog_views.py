"""The pages of the tickets that stand at a moment: behind a figure of the backlog, and behind one of the wallboard."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render

from core.clock import now
from core.errors import NotFound
from reports.backlog_list import backlog_context, now_context
from reports.fact_filters import FactFilters
from reports.guard import ViewerRequest, report_page
from reports.runner import zone_of
from reports.wallboard import now_lists


@report_page
def backlog_page(request: ViewerRequest) -> HttpResponseBase:
    values, at = request.GET.dict(), now()
    filters = FactFilters.from_query(values, now=at, zone=zone_of(request.user))
    return render(request, "reports/backlog.html", backlog_context(request.user, values, filters, now=at))


@report_page
def now_page(request: ViewerRequest, figure: str) -> HttpResponseBase:
    at = now()
    chosen = now_lists(at).get(figure)
    if chosen is None:
        raise NotFound("There is no such list.")
    context = now_context(request.user, chosen, cursor=request.GET.get("cursor", ""), now=at)
    return render(request, "reports/backlog.html", context)
