"""Settings of the desk: when an agent works and when they are on leave."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Invalid, NotFound
from people.models import Agent
from people.policy import require
from people.selectors.agents import active_agents
from routing.selectors.shifts import absences_of, shift_of
from routing.services.shifts import add_absence, remove_absence, set_shift
from workspace.forms_shifts import AbsenceForm, ShiftForm
from workspace.guard import AgentRequest, agent_page
from workspace.requests import whole


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def shift_page(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = _agent(request, agent_id)
    is_leave = "first_day" in request.POST
    shift = ShiftForm(None if is_leave else request.POST or None, initial=_initial(agent))
    leave = AbsenceForm(request.POST if is_leave else None)
    if request.method == "POST" and _save(request, agent, leave if is_leave else shift):
        messages.success(request, "Saved.")
        return HttpResponseRedirect(request.path)
    context = {"row": agent, "shift": shift, "leave": leave, "absences": absences_of(agent), "here": "agents"}
    status = 422 if shift.errors or leave.errors else 200
    return render(request, "workspace/settings/shift.html", context, status=status)


@require_POST
@agent_page
def absence_remove_action(request: AgentRequest, agent_id: int) -> HttpResponse:
    agent = _agent(request, agent_id)
    remove_absence(agent, absence_id=whole(request.POST.get("absence", ""), "absence"), by=request.user)
    messages.success(request, "Taken out.")
    return HttpResponseRedirect(reverse("workspace:settings-agent-shift", args=[agent.pk]))


def _save(request: AgentRequest, agent: Agent, form: ShiftForm | AbsenceForm) -> bool:
    if not form.is_valid():
        return False
    if isinstance(form, ShiftForm):
        set_shift(agent, **form.cleaned_data, by=request.user)
        return True
    try:
        add_absence(agent, **form.cleaned_data, by=request.user)
    except Invalid as error:
        for field, sentence in error.fields.items():
            form.add_error(field, sentence)
        return False
    return True


def _initial(agent: Agent) -> dict[str, object]:
    shift = shift_of(agent)
    return {"hours": shift.hours_id, "sets_availability": shift.sets_availability} if shift else {}


def _agent(request: AgentRequest, agent_id: int) -> Agent:
    require(request.user, "manage_desk")
    agent = active_agents().filter(pk=agent_id).first()
    if agent is None:
        raise NotFound("This agent has left.")
    return agent
