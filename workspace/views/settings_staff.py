"""Settings for admins: who may sign in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, Invalid, NotFound
from core.ids import new_token
from people.models import Agent
from people.policy import require
from people.selectors.agents import all_agents
from people.services import agents, invitations
from workspace.forms_people import NewAgentForm
from workspace.guard import AgentRequest, agent_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@agent_page
def new_agent_page(request: AgentRequest) -> HttpResponse:
    """The answer to the form shows the first password; nothing shows it again."""
    require(request.user, "manage_agents")
    form, made, password = NewAgentForm(request.POST or None), None, new_token(16)
    if request.method == "POST" and form.is_valid():
        made = _add(form, password)
    if made and form.cleaned_data["is_invited"]:
        invitations.invite(made, by=request.user)
    context = {"form": form, "made": made, "password": password if made else "", "here": "agents"}
    return render(request, "workspace/settings/new_agent.html", context, status=422 if form.errors else 200)


@require_POST
@agent_page
def switch_agent_action(request: AgentRequest, agent_id: int) -> HttpResponse:
    """Let a colleague out, or in again; what they wrote stays theirs."""
    require(request.user, "manage_agents")
    agent = all_agents().filter(pk=agent_id).first()
    if agent is None:
        raise NotFound("There is no such agent.")
    is_active = request.POST.get("is_active") == "on"
    try:
        agents.set_active(agent, is_active=is_active)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        word = "may sign in again" if is_active else "is signed out and may not sign in"
        messages.success(request, f"{agent.name} {word}.")
    return HttpResponseRedirect(reverse("workspace:settings-agents"))


@require_POST
@agent_page
def invite_agent_action(request: AgentRequest, agent_id: int) -> HttpResponse:
    require(request.user, "manage_agents")
    agent = all_agents().filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise NotFound("There is no such agent.")
    invitations.invite(agent, by=request.user)
    messages.success(request, f"An invitation to {agent.email} is on its way.")
    return HttpResponseRedirect(reverse("workspace:settings-agents"))


def _add(form: NewAgentForm, password: str) -> Agent | None:
    try:
        return agents.add_agent(**form.agent(), password=password)
    except Conflict as refusal:
        form.refuse({"email": refusal.message}, refusal.message)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields), refusal.message)
    return None
