"""The pages of reports: the list of them, one of them, its file, and the promises behind a figure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from core.clock import now
from core.errors import HelpdeskError, Invalid, NotFound, TakesTooLong
from reports.base import Column, Row
from reports.counted import counted_context, days_of, words_of
from reports.defined import Defined
from reports.definitions import REPORTS
from reports.exports import chart_lines, csv_lines, heatmap_lines, xlsx_file
from reports.fact_filters import FactFilters
from reports.fact_report import FactReport
from reports.guard import ViewerRequest, report_page, wrong_filter
from reports.metrics import REGISTRY
from reports.models import Every, SavedReport
from reports.period import PRESETS
from reports.runner import Run, report_for, run_report, zone_of
from reports.self_check import last_check
from reports.services.saving import SavedDraft
from reports.upcoming import due_next
from reports.wallboard import at_this_moment, today_so_far
from sla.selectors.opening import opening_at
from tickets.conditions import in_words

SHOWN_ROWS = 15
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one breakdown: by team, by channel ..."""

    title: str
    rows: list[Row]
    note: str = ""
    # Of a long breakdown what few happened with, folded up.
    rest: Sequence[Row] = ()
    columns: Sequence[Column] = ()


@report_page
def reports_page(request: ViewerRequest) -> HttpResponseBase:
    return render(
        request,
        "reports/list.html",
        {
            "reports": REPORTS.values(),
            "saved_reports": SavedReport.objects.filter(owner=request.user).order_by("name"),
            "checked": last_check(),
        },
    )


@report_page
def one_report_page(request: ViewerRequest, slug: str) -> HttpResponseBase:
    return drawn_report(request, slug, request.GET.dict())


def drawn_report(
    request: ViewerRequest,
    slug: str,
    values: dict[str, str],
    draft: SavedDraft | None = None,
    problem: HelpdeskError | None = None,
) -> HttpResponseBase:
    """The page of a report; with a `draft` that could not be saved as it was typed, and the `problem` with it."""
    try:
        run = run_report(request.user, slug, values)
    except (Invalid, TakesTooLong) as error:
        return wrong_filter(request, error, report_for(request.user, slug))
    context = _context(request, run, values)
    context |= {"draft": draft or SavedDraft(name=run.report.title, slug=slug), "problem": problem}
    return render(request, "reports/report.html", context, status=problem.status if problem else 200)


@report_page
def export_action(request: ViewerRequest, slug: str) -> HttpResponseBase:
    run = run_report(request.user, slug, request.GET.dict())
    period = run.filters.period
    return _csv(csv_lines(run.result), f"{slug}-{period.first}-{period.last}")


@report_page
def chart_action(request: ViewerRequest, slug: str, key: str) -> HttpResponseBase:
    """The numbers of one chart or heatmap."""
    run = run_report(request.user, slug, request.GET.dict())
    period = run.filters.period
    name = f"{slug}-{key}-{period.first}-{period.last}"
    for chart in run.result.charts:
        if chart.key == key:
            return _csv(chart_lines(chart), name)
    for heatmap in run.result.heatmaps:
        if f"hours-{heatmap.key}" == key:
            return _csv(heatmap_lines(heatmap), name)
    raise NotFound("This report has no such chart, or nothing happened.")


@report_page
def workbook_action(request: ViewerRequest, slug: str) -> HttpResponseBase:
    run = run_report(request.user, slug, request.GET.dict())
    period = run.filters.period
    response = HttpResponse(xlsx_file(run.result, run.report.title), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{period.first}-{period.last}.xlsx"'
    return response


@report_page
def counted_page(request: ViewerRequest) -> HttpResponseBase:
    """Exactly what a figure counted, with the tickets."""
    values = request.GET.dict()
    filters = FactFilters.from_query(values, now=now(), zone=zone_of(request.user))
    return render(
        request,
        "reports/counted.html",
        counted_context(request.user, values, filters, came_from=request.headers.get("Referer", "")),
    )


@report_page
def wallboard_page(request: ViewerRequest) -> HttpResponseBase:
    at = now()
    context = {
        "moment": at_this_moment(request.user, now=at),
        "today": today_so_far(request.user, now=at),
        "opening": opening_at(at),
        "made_at": at,
        "theme": "light" if request.GET.get("theme") == "light" else "dark",
    }
    return render(request, f"reports/{'_wallboard' if 'X-Fragment' in request.headers else 'wallboard'}.html", context)


@report_page
def upcoming_page(request: ViewerRequest) -> HttpResponseBase:
    """What falls due next, as a piece of the page."""
    return render(request, "reports/_upcoming.html", {"upcoming": due_next(request.user)})


def _csv(body: Iterable[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _context(request: ViewerRequest, run: Run, values: dict[str, str]) -> dict[str, object]:
    period = run.filters.period
    is_relative = not (values.get("from") or values.get("to"))
    compared = run.filters.compared() if isinstance(run.filters, FactFilters) else run.filters
    return {
        "report": run.report,
        "reports": REPORTS.values(),
        "every": Every.choices,
        "saved_query": _saved_query(run, is_relative=is_relative),
        "result": run.result,
        "sections": _sections(run),
        "definitions": _definitions(run),
        "opened_chart": _opened_chart(run),
        "filters": run.filters,
        "period": period,
        "previous": compared.period,
        "upcoming": due_next(request.user) if run.report.shows_upcoming else (),
        "kept": _kept(run.filters.query()),
        "presets": PRESETS,
        "days": period.length if is_relative else None,
        "chosen_period": f"Last {period.length} days" if is_relative else days_of(period),
        **_choices(request, run),
        "query": urlencode(run.filters.query()),
        # Each report has a target of its own.
        "others_query": urlencode(_without(run.filters.query(), "goal")),
        "target_words": _target_words(run),
        "period_query": urlencode(period.query()),
        "year_query": urlencode({**_without(run.filters.query(), "from", "to"), "days": "365"}),
        "made_at": now(),
        "words": words_of(run.filters) if isinstance(run.filters, FactFilters) else [],
        "site": settings.SITE_URL.partition("://")[2] or settings.SITE_URL,
    }


def _opened_chart(run: Run) -> str:
    """Of charts in pairs the one without another: there is room for its table beside it, if that is short."""
    charts = run.result.charts
    is_alone = len(charts) % 2 == 1 and not run.report.shows_upcoming and not charts[-1].is_lying
    return charts[-1].key if is_alone and len(charts[-1].marks) <= SHOWN_ROWS else ""


def _definitions(run: Run) -> list[tuple[str, Defined]]:
    """What the figures of the page mean, each once, by the names they have there; neighbours may share a meaning."""
    result = run.result
    columns = [*(tile.column for tile in result.tiles), *result.columns]
    labels = {column.key: column.label for column in reversed(columns)}
    drawn = [
        *(series.key for chart in result.charts for series in chart.series),
        *(heat.key for heat in result.heatmaps),
    ]
    whole = run.report.whole if isinstance(run.report, FactReport) else ()
    keys = dict.fromkeys((*(column.key for column in columns), *drawn, *whole))
    shared = groupby(
        (key for key in keys if key in REGISTRY), key=lambda key: replace(REGISTRY[key].column, key="", label="")
    )
    groups = [list(group) for _, group in shared]
    return [(", ".join(labels.get(key, REGISTRY[key].name) for key in group), REGISTRY[group[0]]) for group in groups]


def _sections(run: Run) -> list[Section]:
    notes = dict(run.result.notes)
    found = [
        _section(title, list(rows), notes.pop(title, ""), run.result.columns)
        for title, rows in groupby(run.result.rows, key=lambda row: row.group)
    ]
    # What has no rows, only a reason.
    return [*found, *(Section(title, [], note) for title, note in notes.items())]


def _section(title: str, rows: list[Row], note: str, columns: Sequence[Column]) -> Section:
    """What cannot be counted by such a thing, such as tickets by the macro that was used, has no column."""
    most = SHOWN_ROWS if len(rows) > SHOWN_ROWS + 5 else len(rows)
    told = [
        column
        for column in columns
        if column.kind != "count" or any(row.values[column.key] is not None for row in rows)
    ]
    return Section(title, rows[:most], note, rows[most:], told)


def _target_words(run: Run) -> str:
    """ "Achieved, at least 90 %"."""
    target = run.report.target
    return f"{REGISTRY[target.metric].name}, {target.bound(run.filters.query().get('goal', ''))}" if target else ""


def _saved_query(run: Run, *, is_relative: bool) -> str:
    """The last so many days stay the last ones when the report is opened later."""
    query = run.filters.query()
    if is_relative:
        query = {"days": str(run.filters.period.length), **_without(query, "from", "to")}
    return urlencode(query)


def _without(query: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in query.items() if name not in names}


def _choices(request: ViewerRequest, run: Run) -> dict[str, object]:
    choices = run.report.choices(request.user, run.filters)
    more = [choice for choice in choices if choice.is_more]
    query = run.filters.query()
    opened = any(choice.value for choice in more) or "zone" in query or "goal" in query
    return {
        "choices": [choice for choice in choices if not choice.is_more],
        "more_choices": more,
        "more_is_open": opened,
        "conditions": in_words(json.loads(query["where"])) if "where" in query else "",
        "without_conditions": urlencode(_without(query, "where")),
    }


def _kept(query: dict[str, str]) -> dict[str, str]:
    """The filters without a list of their own, which the form carries on."""
    return {name: value for name, value in query.items() if name in ("where", "took", "weekday", "hour", "item")}
