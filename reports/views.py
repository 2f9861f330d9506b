"""The pages of reports: the list of them, one of them, its file, and the promises behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.formats import date_format

from core.clock import now
from core.errors import Invalid
from core.paging import keyset_page
from reports.base import Row
from reports.definitions import REPORTS
from reports.exports import csv_lines
from reports.guard import ViewerRequest, report_page
from reports.period import PRESETS
from reports.promises import OUTCOMES, PromiseFilters, decided, name_of, with_outcome
from reports.runner import Run, report_for, run_report, zone_of
from sla.models import Metric
from tickets.models import Priority
from tickets.selectors.rows import channel_of

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one breakdown: by team, by channel ..."""

    title: str
    rows: list[Row]


@report_page
def reports_page(request: ViewerRequest) -> HttpResponseBase:
    """One report needs no list of reports."""
    if len(REPORTS) == 1:
        return redirect("reports:report", slug=next(iter(REPORTS)))
    return render(request, "reports/list.html", {"reports": REPORTS.values()})


@report_page
def one_report_page(request: ViewerRequest, slug: str) -> HttpResponseBase:
    values = request.GET.dict()
    try:
        run = run_report(request.user, slug, values)
    except Invalid as error:
        return _wrong_filter(request, slug, error)
    return render(request, "reports/report.html", _context(request, run, values))


@report_page
def export_action(request: ViewerRequest, slug: str) -> HttpResponseBase:
    run = run_report(request.user, slug, request.GET.dict())
    period = run.filters.period
    response = StreamingHttpResponse(csv_lines(run.result), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{period.first}-{period.last}.csv"'
    return response


@report_page
def promises_page(request: ViewerRequest) -> HttpResponseBase:
    """Exactly the promises that a figure counted, with their tickets."""
    values = request.GET.dict()
    outcome = values.get("outcome", "decided")
    filters = PromiseFilters.from_query(values, now=now(), zone=zone_of(request.user))
    rows = with_outcome(decided(request.user, filters), outcome)
    shown_rows = rows.select_related("ticket", "ticket__contact", "team", "agent")
    page = keyset_page(shown_rows, order="-decided_at", cursor=values.get("cursor", ""), size=PAGE_SIZE)
    query = {"outcome": outcome, **filters.query()}
    context = {
        "title": OUTCOMES[outcome],
        "promises": page.rows,
        "count": rows.count(),
        "filters": filters,
        "facts": _facts_of(filters),
        "period_words": _days_of(filters),
        "next_link": f"?{urlencode({**query, 'cursor': page.next_cursor})}" if page.next_cursor else "",
        "back_query": urlencode({**filters.period.query(), **_report_filters(filters)}),
    }
    return render(request, "reports/promises.html", context)


def _context(request: ViewerRequest, run: Run, values: dict[str, str]) -> dict[str, object]:
    period = run.filters.period
    sections = [Section(title, list(rows)) for title, rows in groupby(run.result.rows, key=lambda row: row.group)]
    is_relative = not (values.get("from") or values.get("to"))
    return {
        "report": run.report,
        "result": run.result,
        "sections": sections,
        "period": period,
        "previous": period.previous(),
        "presets": PRESETS,
        "days": period.length if is_relative else None,
        "choices": run.report.choices(request.user, run.filters),
        "query": urlencode(run.filters.query()),
        "made_at": now(),
    }


def _wrong_filter(request: ViewerRequest, slug: str, error: Invalid) -> HttpResponse:
    report = report_for(request.user, slug)
    context = {"report": report, "error": error, "presets": PRESETS}
    return HttpResponse(render_to_string("reports/wrong.html", context, request), status=error.status)


def _report_filters(filters: PromiseFilters) -> dict[str, str]:
    """What the report page itself can be narrowed by."""
    names = ("team", "agent", "inbox", "channel", "priority")
    return {name: getattr(filters, name) for name in names if getattr(filters, name)}


def _facts_of(filters: PromiseFilters) -> list[str]:
    """The filters in words, for the head of the list."""
    weekdays = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
    facts = [Metric(filters.metric).label] if filters.metric else []
    if filters.weekday:
        facts.append(weekdays[int(filters.weekday) - 1])
    if filters.hour:
        facts.append(f"{int(filters.hour):02}:00 to {int(filters.hour):02}:59")
    facts += [name_of(kind, getattr(filters, kind)) for kind in ("team", "agent", "inbox") if getattr(filters, kind)]
    channel = [channel_of(filters.channel).label] if filters.channel else []
    return facts + channel + ([Priority(filters.priority).label] if filters.priority else [])


def _days_of(filters: PromiseFilters) -> str:
    first, last = (date_format(day, "j M Y") for day in (filters.period.first, filters.period.last))
    return first if first == last else f"{first} – {last}"
