"""The doors to saved reports: keep the report on the screen, and throw one away."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.errors import Conflict, Invalid
from reports.guard import ViewerRequest, report_page
from reports.services.saving import LONGEST_QUERY, SavedDraft, delete_saved, save_report
from reports.views import drawn_report


@require_POST
@report_page
def save_action(request: ViewerRequest) -> HttpResponseBase:
    given = request.POST
    draft = SavedDraft(
        name=given.get("name", ""),
        slug=given.get("slug", ""),
        query=given.get("query", ""),
        every=given.get("every", ""),
        recipients=given.get("recipients", ""),
        only_if_missed=given.get("only_if_missed") == "on",
    )
    try:
        saved = save_report(request.user, draft)
    except (Invalid, Conflict) as error:
        # The page of the report again, with the form as it was filled in.
        return drawn_report(request, draft.slug, dict(parse_qsl(draft.query[:LONGEST_QUERY])), draft, error)
    messages.success(request, f"{saved.name} is saved.")
    return redirect("reports:index")


@require_POST
@report_page
def delete_saved_action(request: ViewerRequest, saved_id: int) -> HttpResponseBase:
    delete_saved(request.user, saved_id)
    messages.success(request, "The saved report is gone.")
    return redirect("reports:index")
