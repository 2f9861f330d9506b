"""Who may call the pages of reports: signed-in agents who may see reports, in their own time zone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from core.errors import Invalid, TakesTooLong
from people.models import Agent
from people.policy import require
from reports.base import Report
from reports.patience import within_reason
from reports.runner import zone_of

P = ParamSpec("P")


_FEW_DAYS = ("7", "30")


class ViewerRequest(HttpRequest):
    """A request whose user is known to be an agent who may see reports."""

    user: Agent


ViewerView = Callable[Concatenate[ViewerRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def wrong_filter(request: HttpRequest, error: Invalid | TakesTooLong, report: Report | None = None) -> HttpResponseBase:
    """What is wrong, field by field, and the way back to where it can be chosen anew; or to fewer days."""
    context: dict[str, object] = {"report": report, "error": error}
    if isinstance(error, TakesTooLong) and request.GET.get("days") not in _FEW_DAYS:
        kept = {name: value for name, value in request.GET.dict().items() if name not in ("from", "to", "cursor")}
        context["fewer_days"] = urlencode({**kept, "days": "30"})
    return render(request, "reports/wrong.html", context, status=error.status)


def report_page(view: ViewerView[P]) -> View[P]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        viewer_request = cast(ViewerRequest, request)
        require(viewer_request.user, "see_reports")
        with timezone.override(zone_of(viewer_request.user)):
            try:
                with within_reason():
                    return view(viewer_request, *args, **kwargs)
            except (Invalid, TakesTooLong) as error:
                if request.method == "POST":
                    raise
                return wrong_filter(viewer_request, error)

    return guarded
