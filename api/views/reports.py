"""Reports: the figures of a report's page, for programs of managers."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, get_args

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ApiView
from people.policy import require
from reports.base import Column, Kind
from reports.definitions import REPORTS
from reports.runner import Run, run_report


class ReportOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()


class ReportColumnOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF has an option of this name, for forms
    kind = serializers.ChoiceField(list(get_args(Kind)), help_text="a duration and an age are in seconds")
    definition = serializers.CharField(help_text="what the figure means, by which clock")


class ReportRowOut(serializers.Serializer[Any]):
    group = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF has an option of this name, for forms
    values = serializers.DictField()


class ReportRunOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    time_zone = serializers.CharField()
    columns = ReportColumnOut(many=True)
    rows = ReportRowOut(many=True)


class ReportsView(ApiView):
    resource = "reports"

    @extend_schema(operation_id="list_reports", responses=ReportOut(many=True))
    def get(self, request: Request) -> Response:
        require(self.agent, "see_reports")
        return Response([{"slug": report.slug, "title": report.title} for report in REPORTS.values()])


class ReportView(ApiView):
    resource = "reports"

    @extend_schema(
        operation_id="get_report",
        parameters=[
            OpenApiParameter("days", int, description="the last so many days"),
            OpenApiParameter("from", str, description="first day, as 2026-01-31"),
            OpenApiParameter("to", str, description="last day"),
        ],
        responses=ReportRunOut,
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(_told(run_report(self.agent, slug, request.query_params.dict())))


def _told(run: Run) -> dict[str, Any]:
    period, result = run.filters.period, run.result
    shown = {column.key for column in result.columns}
    return {
        "slug": run.report.slug,
        "first_day": period.first,
        "last_day": period.last,
        "time_zone": str(period.zone),
        "columns": [_column(column) for column in result.columns],
        "rows": [{"group": row.group, "label": row.label, "values": _values(row.values, shown)} for row in result.rows],
    }


def _column(column: Column) -> dict[str, str]:
    return {"key": column.key, "label": column.label, "kind": column.kind, "definition": column.hint}


def _values(values: Mapping[str, Any], shown: Container[str]) -> dict[str, Any]:
    """What has a column; rows also hold what they are sorted by."""
    return {key: value for key, value in values.items() if key in shown}
