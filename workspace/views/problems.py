"""Mail (or anything else) with a problem: what came in and could not be read, with its raw content."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from channels_in.selectors.problems import problem_for, problem_page, shown_raw
from channels_in.services import problems
from people.policy import may
from tickets.selectors.rows import channel_of
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def problems_page(request: AgentRequest) -> HttpResponse:
    page = problem_page(request.user, cursor=request.GET.get("cursor", ""))
    rows = [{"row": row, "channel": channel_of(row.inbox.kind)} for row in page.rows]
    return render(request, "workspace/problems.html", {"rows": rows, "next_cursor": page.next_cursor})


@require_safe
@agent_page
def problem_page_(request: AgentRequest, delivery_id: int) -> HttpResponse:
    delivery = problem_for(request.user, delivery_id)
    context = {"row": delivery, "raw": shown_raw(delivery), "may_edit": may(request.user, "edit_ticket")}
    return render(request, "workspace/problem.html", context)


@require_POST
@agent_page
def retry_action(request: AgentRequest, delivery_id: int) -> HttpResponse:
    problems.retry(problem_for(request.user, delivery_id), agent=request.user)
    messages.success(request, "It is being read again. If it still cannot be read, it comes back here.")
    return HttpResponseRedirect(reverse("workspace:problems"))


@require_POST
@agent_page
def discard_action(request: AgentRequest, delivery_id: int) -> HttpResponse:
    problems.discard(problem_for(request.user, delivery_id), agent=request.user)
    messages.success(request, "Discarded. Its raw content is kept.")
    return HttpResponseRedirect(reverse("workspace:problems"))
