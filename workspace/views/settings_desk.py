"""Settings of the desk, for managers and admins: its teams."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, NotFound
from people.policy import require
from people.selectors.agents import active_teams
from people.services.teams import save_team
from routing.selectors.stranded import stranded
from workspace.directory import forget
from workspace.forms_teams import TeamForm, values_of
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def teams_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = active_teams().select_related("lead").prefetch_related("members")
    return render(request, "workspace/settings/teams.html", {"rows": rows, "stranded": stranded(), "here": "teams"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def team_page(request: AgentRequest, team_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    team = active_teams().filter(pk=team_id).first() if team_id else None
    if team_id and team is None:
        raise NotFound("This team is gone.")
    form = TeamForm(request.POST or None, initial=values_of(team) if team else {}, team=team)
    if request.method == "POST" and form.is_valid():
        try:
            save_team(team, **form.draft(), agent=request.user)
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            forget()
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-teams"))
    context = {"form": form, "row": team, "here": "teams"}
    return render(request, "workspace/settings/team.html", context, status=422 if form.errors else 200)
