"""Changes of all tickets that match a view: how many these are, the start, the progress, the stop and the way back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.policy import require
from routing.bulk_preview import in_words, preview
from routing.models.bulk import MOST_TICKETS
from routing.selectors.bulk import Progress, job_of, jobs_of, matching, problems_of, progress_of
from routing.services import bulk
from tickets.selectors.filters import SORTS
from workspace.guard import AgentRequest, agent_page, wants_fragment
from workspace.views_of import chosen_view


@require_safe
@never_cache
@agent_page
def count_page(request: AgentRequest) -> JsonResponse:
    """How many match the view of the URL; counted no further than can be changed at once."""
    view = chosen_view(request.user, request.GET.dict())
    found = matching(request.user, view.filters)
    return JsonResponse({"count": min(found, MOST_TICKETS), "is_more": found > MOST_TICKETS})


@require_POST
@agent_page
def preview_action(request: AgentRequest, verb: str) -> HttpResponse:
    """What would be changed, to be confirmed; the view is in the URL, the values in the body."""
    require(request.user, "edit_ticket")
    view = chosen_view(request.user, request.GET.dict())
    told = preview(request.user, verb=verb, values=_values(request), filters=view.filters, sort=SORTS[view.sort])
    context = {"told": told, "view": view, "most": MOST_TICKETS}
    return render(request, "workspace/_bulk_preview.html", context)


@require_POST
@agent_page
def start_action(request: AgentRequest, verb: str) -> JsonResponse:
    """The view is in the URL, the values in the body."""
    view, values = chosen_view(request.user, request.GET.dict()), _values(request)
    words = in_words(request.user, verb=verb, values=values)
    job = bulk.start(request.user, verb=verb, values=values, filters=view.filters, label=f"{words} ({view.name})")
    return JsonResponse(_told(progress_of(job)))


@require_safe
@never_cache
@agent_page
def jobs_page(request: AgentRequest) -> HttpResponse:
    return render(request, "workspace/bulk_jobs.html", {"rows": jobs_of(request.user)})


@require_safe
@never_cache
@agent_page
def job_page(request: AgentRequest, job_id: int) -> HttpResponse:
    """How far it is, for a script; for people, with all that could not be done."""
    progress = progress_of(job_of(request.user, job_id))
    problems = problems_of(progress.job, request.user)
    if wants_fragment(request):
        return JsonResponse({**_told(progress), "first_problem": problems[0].text if problems else ""})
    return render(request, "workspace/bulk_job.html", {"row": progress, "problems": problems})


@require_POST
@agent_page
def cancel_action(request: AgentRequest, job_id: int) -> HttpResponse:
    job = job_of(request.user, job_id)
    bulk.cancel(job, by=request.user)
    return _answer(request, job_id)


@require_POST
@agent_page
def undo_action(request: AgentRequest, job_id: int) -> HttpResponse:
    fresh = bulk.undo(job_of(request.user, job_id), by=request.user)
    return _answer(request, fresh.pk)


def _values(request: AgentRequest) -> dict[str, str]:
    return {name: str(text) for name, text in request.POST.items()}


def _answer(request: AgentRequest, job_id: int) -> HttpResponse:
    if wants_fragment(request):
        return JsonResponse(_told(progress_of(job_of(request.user, job_id))))
    return HttpResponseRedirect(reverse("workspace:bulk-job", args=[job_id]))


def _told(progress: Progress) -> dict[str, Any]:
    job = progress.job
    return {
        "id": job.pk,
        "label": job.label,
        "state": job.state,
        "is_over": job.is_over,
        "total": job.total,
        "settled": progress.settled,
        "done": progress.done,
        "left_out": progress.skipped,
        "refused": progress.refused,
        "can_undo": progress.can_undo,
        "address": reverse("workspace:bulk-job", args=[job.pk]),
    }
