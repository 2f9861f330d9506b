"""Ratings from the page of a ticket: ask for one by hand, and say what came of a bad one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, NotFound
from csat.models import Cause, Outcome
from csat.selectors.asked import satisfaction_of
from csat.services import asking
from csat.services.rating import remove_comments
from csat.services.recovering import close_recovery
from people.policy import require
from tickets.selectors.access import ticket_for
from workspace.guard import AgentRequest, agent_page, wants_fragment


class RecoveryForm(forms.Form):
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=[("", "Choose …"), *((key, label) for key, label in Outcome.choices if key != Outcome.WITHDRAWN)],
    )
    cause = forms.ChoiceField(label="What had gone wrong", choices=[("", "Choose …"), *Cause.choices])


@require_POST
@agent_page
def ask_action(request: AgentRequest, number: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    asking.ask(ticket, survey=None, actor=request.user.as_actor())
    return JsonResponse({"number": number})


@require_POST
@agent_page
def remove_comments_action(request: AgentRequest, number: int) -> HttpResponse:
    remove_comments(ticket_for(request.user, number), by=request.user)
    if wants_fragment(request):
        return JsonResponse({"number": number})
    messages.success(request, "The comment is gone; the rating stays.")
    return HttpResponseRedirect(reverse("workspace:ticket", args=[number]))


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def recovery_page(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_for(request.user, number)
    require(request.user, "edit_ticket")
    found = satisfaction_of(ticket)
    if found.recovery is None or found.rating is None:
        raise NotFound("This ticket has no bad rating.")
    form = RecoveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_recovery(found.recovery, **form.cleaned_data, actor=request.user.as_actor())
        except Conflict as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:ticket", args=[number]))
    context = {"ticket": ticket, "rating": found.rating, "recovery": found.recovery, "form": form}
    return render(request, "workspace/recovery.html", context, status=422 if form.errors else 200)
