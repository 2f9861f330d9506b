"""Settings of the desk: SLA policies and business hours."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import NotFound
from people.policy import require
from sla.models import BusinessHours, Policy
from sla.selectors.promises import business_hours, policies
from sla.services.hours import save_hours
from sla.services.policies import save_policy
from workspace.forms_promises import HoursForm, PolicyForm
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def promises_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    context = {"policies": policies(), "hours": business_hours(), "here": "promises"}
    return render(request, "workspace/settings/promises.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def policy_page(request: AgentRequest, policy_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    policy: Policy | None = policies().filter(pk=policy_id).first() if policy_id else None
    if policy_id and policy is None:
        raise NotFound("This policy is gone.")
    form = PolicyForm(request.POST or None, initial=PolicyForm.values_of(policy))
    if request.method == "POST" and form.is_valid():
        try:
            save_policy(form.draft(), policy=policy)
        except IntegrityError:
            form.add_error("name", "Another policy has this name.")
        else:
            return _saved(request)
    return _edit(request, "policy", form, policy)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def hours_page(request: AgentRequest, hours_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    hours: BusinessHours | None = business_hours().filter(pk=hours_id).first() if hours_id else None
    if hours_id and hours is None:
        raise NotFound("These business hours are gone.")
    form = HoursForm(request.POST or None, initial=HoursForm.values_of(hours))
    if request.method == "POST" and form.is_valid():
        try:
            save_hours(form.draft(), hours=hours)
        except IntegrityError:
            form.add_error("name", "Other business hours have this name.")
        else:
            return _saved(request)
    return _edit(request, "hours", form, hours)


def _saved(request: AgentRequest) -> HttpResponse:
    messages.success(request, "Saved. Running clocks follow in a moment.")
    return HttpResponseRedirect(reverse("workspace:settings-promises"))


def _edit(request: AgentRequest, page: str, form: Form, row: object) -> HttpResponse:
    context = {"form": form, "row": row, "here": "promises"}
    status = 422 if form.errors else 200
    return render(request, f"workspace/settings/{page}.html", context, status=status)
