"""Settings of the desk: business hours, whose they are, and the days that are different."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.clock import now
from core.errors import Conflict, Invalid, NotFound
from people.policy import require
from sla.models import BusinessHours, HolidaySource
from sla.selectors.promises import business_hours
from sla.services.hours import delete_hours, forget_upload, save_hours
from workspace.forms_hours import HoursForm
from workspace.guard import AgentRequest, agent_page

SHOWN_DAYS = 12


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def hours_page(request: AgentRequest, hours_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    hours = _hours(hours_id) if hours_id else None
    is_posted = request.method == "POST"
    form = HoursForm(
        request.POST if is_posted else None,
        request.FILES if is_posted else None,
        initial=HoursForm.values_of(hours, zone=request.user.time_zone),
    )
    if is_posted and form.is_valid():
        try:
            save_hours(form.draft(), hours=hours)
        except Invalid as problem:
            for name, sentence in problem.fields.items():
                form.add_error(name if name in form.fields else None, sentence)
        except IntegrityError:
            form.add_error("name", "Other business hours have this name.")
        else:
            messages.success(request, "Saved. Running clocks follow in a moment.")
            return HttpResponseRedirect(reverse("workspace:settings-promises"))
    coming = hours.holidays.filter(date__gte=now().date()).order_by("date")[:SHOWN_DAYS] if hours else ()
    has_file = hours is not None and hours.holidays.filter(source=HolidaySource.FILE).exists()
    context = {"form": form, "row": hours, "coming": coming, "has_file": has_file, "here": "promises"}
    return render(request, "workspace/settings/hours.html", context, status=422 if is_posted else 200)


@require_POST
@agent_page
def hours_remove_action(request: AgentRequest, hours_id: int) -> HttpResponse:
    """Delete the hours, or only the days of the uploaded calendar, as `what` says."""
    require(request.user, "manage_desk")
    hours = _hours(hours_id)
    if request.POST.get("what") == "file":
        forget_upload(hours)
        return HttpResponseRedirect(reverse("workspace:settings-hours", args=[hours_id]))
    try:
        delete_hours(hours)
    except Conflict as problem:
        messages.error(request, problem.message)
        return HttpResponseRedirect(reverse("workspace:settings-hours", args=[hours_id]))
    return HttpResponseRedirect(reverse("workspace:settings-promises"))


def _hours(hours_id: int) -> BusinessHours:
    found = business_hours().filter(pk=hours_id).first()
    if found is None:
        raise NotFound("These business hours are gone.")
    return found
