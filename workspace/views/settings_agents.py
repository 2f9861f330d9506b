"""Settings of the desk: how much each agent can hold, and their skills."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import NotFound
from people.policy import may, require
from people.selectors.agents import active_agents, all_agents
from people.services.workload import set_workload
from workspace.forms import WorkloadForm
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def agents_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = active_agents().prefetch_related("teams")
    gone = all_agents().filter(is_active=False) if may(request.user, "manage_agents") else []
    return render(request, "workspace/settings/agents.html", {"rows": rows, "gone": gone, "here": "agents"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def agent_page_(request: AgentRequest, agent_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    agent = active_agents().filter(pk=agent_id).first()
    if agent is None:
        raise NotFound("This agent has left.")
    initial = {"capacity": agent.capacity, "skills": ", ".join(agent.skills)}
    form = WorkloadForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        skills = form.cleaned_data["skills"].split(",")
        set_workload(agent, capacity=form.cleaned_data["capacity"], skills=skills, by=request.user)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("workspace:settings-agents"))
    context = {"form": form, "row": agent, "here": "agents"}
    return render(request, "workspace/settings/agent.html", context, status=422 if form.errors else 200)
