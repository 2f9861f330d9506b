"""Settings of the desk, for managers and admins: teams and inboxes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from channels_in.base import ConfigForm
from channels_in.registry import adapter_for, kinds
from channels_in.services import connecting
from core.errors import Conflict, NotFound
from people.models import Team
from people.policy import may, require
from people.selectors.agents import active_teams
from people.services.teams import save_team
from tickets.models import Inbox
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of
from tickets.services import inboxes
from workspace.directory import forget
from workspace.forms import InboxForm, TeamForm
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def teams_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = active_teams().select_related("lead").prefetch_related("members")
    return render(request, "workspace/settings/teams.html", {"rows": rows, "here": "teams"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def team_page(request: AgentRequest, team_id: int | None = None) -> HttpResponse:
    require(request.user, "manage_desk")
    team = active_teams().filter(pk=team_id).first() if team_id else None
    if team_id and team is None:
        raise NotFound("This team is gone.")
    form = TeamForm(request.POST or None, initial=_team_values(team))
    if request.method == "POST" and form.is_valid():
        try:
            save_team(team, **form.cleaned_data, agent=request.user)
        except Conflict as error:
            form.add_error("name", error.message)
        else:
            forget()
            messages.success(request, "Saved.")
            return HttpResponseRedirect(reverse("workspace:settings-teams"))
    context = {"form": form, "row": team, "here": "teams"}
    return render(request, "workspace/settings/team.html", context, status=422 if form.errors else 200)


def _team_values(team: Team | None) -> dict[str, Any]:
    if team is None:
        return {}
    values = {name: getattr(team, name) for name in ("name", "strategy", "is_private", "lead")}
    return {**values, "members": list(team.members.all())}


@require_safe
@agent_page
def inboxes_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    rows = [
        {"row": inbox, "channel": channel_of(inbox.kind)}
        for inbox in inboxes_visible_to(request.user).select_related("default_team")
    ]
    offered = [{"kind": kind, "channel": channel_of(kind)} for kind in kinds()]
    return render(request, "workspace/settings/inboxes.html", {"rows": rows, "kinds": offered, "here": "inboxes"})


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def new_inbox_page(request: AgentRequest, kind: str) -> HttpResponse:
    require(request.user, "manage_secrets")
    if kind not in kinds():
        raise NotFound("There is no such channel.")
    common = InboxForm(request.POST or None, prefix="inbox", initial={"is_active": True})
    own = adapter_for(kind).Config(request.POST or None, prefix="channel")
    if request.method == "POST" and common.is_valid() and own.is_valid():
        inbox = inboxes.open_inbox(
            kind=kind, name=common.cleaned_data["name"], config=own.config(), secrets=own.secrets()
        )
        inboxes.describe(inbox, **common.cleaned_data)
        if own.secrets():
            connecting.ask_to_connect(inbox)
        messages.success(request, "The inbox is there. Copy what the other side needs from below.")
        return HttpResponseRedirect(reverse("workspace:settings-inbox", args=[inbox.pk]))
    return _inbox_form(request, kind, None, common, own)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def inbox_page(request: AgentRequest, inbox_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    inbox = inboxes_visible_to(request.user).filter(pk=inbox_id).first()
    if inbox is None:
        raise NotFound("There is no such inbox.")
    values = {name: getattr(inbox, name) for name in ("name", "address", "default_team", "is_active")}
    common = InboxForm(request.POST or None, prefix="inbox", initial=values)
    own = adapter_for(inbox.kind).Config(request.POST or None, prefix="channel", initial=_shown(inbox))
    if not may(request.user, "manage_secrets"):
        own.keep_to_admins()
    if request.method == "POST" and common.is_valid() and own.is_valid():
        inboxes.configure(inbox, config=own.config(), secrets=own.secrets())
        inboxes.describe(inbox, **common.cleaned_data)
        if own.secrets():
            connecting.ask_to_connect(inbox)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(request.path)
    return _inbox_form(request, inbox.kind, inbox, common, own)


def _inbox_form(
    request: AgentRequest, kind: str, inbox: Inbox | None, common: InboxForm, own: ConfigForm
) -> HttpResponse:
    context = {
        "row": inbox,
        "channel": channel_of(kind),
        "common": common,
        "own": own,
        "kept_secrets": sorted(inbox.secrets) if inbox else [],
        "steps": adapter_for(kind).setup_steps(inbox, settings.SITE_URL) if inbox else [],
        "here": "inboxes",
    }
    status = 422 if common.errors or own.errors else 200
    return render(request, "workspace/settings/inbox.html", context, status=status)


def _shown(inbox: Inbox) -> dict[str, Any]:
    """Stored settings as a form shows them: lists one a line."""
    return {name: "\n".join(value) if isinstance(value, list) else value for name, value in inbox.config.items()}
