"""Saved views: the list of them, the editor of one, and its way out and back."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Invalid, NotFound
from people.models import Agent, Team
from people.policy import may
from tickets.conditions import in_words
from tickets.models import View
from tickets.selectors.condition_menus import seen_choices
from tickets.selectors.filters import Filters, filters_from
from tickets.selectors.views import listed_views, saved_view
from tickets.services.views import ViewDraft, delete_view, restore_view, save_view
from workspace import view_shelf
from workspace.condition_tree import Part, conditions_in, edited, is_valid, shown_to, tree_from, tree_of
from workspace.guard import AgentRequest, agent_page
from workspace.views_of import SORT_NAMES, chosen_view

STATE_NAMES = {
    "awake": "open, not snoozed",
    "open": "open, snoozed ones too",
    "snoozed": "snoozed",
    "done": "resolved or closed",
    "spam": "spam",
    "any": "of any kind",
}
_DELETED = "deleted_view"


class ViewForm(forms.Form):
    name = forms.CharField(max_length=80)
    scope = forms.ChoiceField(label="Who uses it")
    state = forms.ChoiceField(label="Tickets that are", choices=list(STATE_NAMES.items()))
    sort = forms.ChoiceField(label="In this order", choices=list(SORT_NAMES.items()))
    position = forms.IntegerField(label="Place in the list", min_value=0, max_value=9999)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(str(team.pk), f"The team {team.name}") for team in Team.objects.filter(is_active=True)]
        shared = [("all", "Everybody"), *teams] if may_share else []
        self.fields["scope"].choices = [("me", "Only me"), *shared]  # type: ignore[attr-defined]  # a ChoiceField


@require_safe
@agent_page
def views_page(request: AgentRequest) -> HttpResponse:
    manages = may(request.user, "manage_desk")
    views = listed_views(request.user).select_related("team").order_by("position", "name", "id")
    rows = [
        {
            "view": view,
            "words": _words(view, request.user),
            "may_change": view.owner_id == request.user.pk or (manages and not view.owner_id),
        }
        for view in views
    ]
    context = {"rows": rows, "deleted": (request.session.get(_DELETED) or {}).get("name", "")}
    return render(request, "workspace/views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agent_page
def view_page(request: AgentRequest, view_id: int | None = None) -> HttpResponse:
    """The editor; a post with a step ("do") only redraws it, so that it works without scripts, too."""
    view = _mine(request.user, view_id) if view_id else None
    manages = may(request.user, "manage_desk")
    if request.method != "POST":
        started = filters_from(view.filters) if view else _begun(request)
        form = ViewForm(initial=_values(view, started, request), may_share=manages)
        return _editor(request, view, form, tree_of(json.loads(started.where or "{}"), listing=True), _others(started))
    tree, others = tree_from(request.POST, listing=True), _posted_others(request)
    if step := request.POST.get("do", ""):
        form = ViewForm(initial=request.POST.dict(), may_share=manages)
        return _editor(request, view, form, edited(tree, step), others)
    form = ViewForm(request.POST, may_share=manages)
    if all([form.is_valid(), is_valid(tree)]):
        try:
            saved = save_view(_draft(form, tree, others, request.user, view), view=view, by=request.user)
        except Invalid as problem:
            form.add_error(None, next(iter(problem.fields.values()), problem.message))
        else:
            view_shelf.forget()
            return HttpResponseRedirect(f"{reverse('workspace:tickets')}?view=saved:{saved.pk}")
    return _editor(request, view, form, tree, others, status=422)


@require_POST
@agent_page
def delete_action(request: AgentRequest, view_id: int) -> HttpResponse:
    """What was deleted last can be brought back from the page of views."""
    request.session[_DELETED] = delete_view(_mine(request.user, view_id), by=request.user)
    view_shelf.forget()
    return HttpResponseRedirect(reverse("workspace:views"))


@require_POST
@agent_page
def restore_action(request: AgentRequest) -> HttpResponse:
    kept = request.session.pop(_DELETED, None)
    if kept:
        view = restore_view(kept, by=request.user)
        view_shelf.forget()
        messages.success(request, f"{view.name} is back.")
    return HttpResponseRedirect(reverse("workspace:views"))


def _begun(request: AgentRequest) -> Filters:
    """As the list that one came from; from elsewhere a view begins with all tickets, not with one's own."""
    return chosen_view(request.user, request.GET.dict()).filters if request.GET else Filters()


def _mine(agent: Agent, view_id: int) -> View:
    """One that the agent may change."""
    found = saved_view(agent, view_id)
    if found is None and may(agent, "manage_desk"):
        found = View.objects.filter(pk=view_id, owner=None).first()
    if found is None or (found.owner_id is None and not may(agent, "manage_desk")):
        raise NotFound("This view does not exist (any more).")
    return found


def _values(view: View | None, started: Filters, request: AgentRequest) -> dict[str, Any]:
    if view is None:
        sort = request.GET.get("sort", "")
        return {
            "state": started.state,
            "sort": sort if sort in SORT_NAMES else "recent",
            "scope": "me",
            "position": 0,
        }
    scope = "me" if view.owner_id else str(view.team_id or "all")
    return {"name": view.name, "state": started.state, "sort": view.sort, "scope": scope, "position": view.position}


def _others(filters: Filters) -> dict[str, Any]:
    return {name: value for name, value in filters.as_dict().items() if name not in ("state", "where")}


def _posted_others(request: AgentRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.POST.get("others", "{}"))
    except (ValueError, RecursionError):
        return {}
    return _others(filters_from(found)) if isinstance(found, dict) else {}


def _draft(form: ViewForm, tree: Part, others: dict[str, Any], agent: Agent, view: View | None) -> ViewDraft:
    values = form.cleaned_data
    scope = values["scope"]
    team = Team.objects.filter(pk=int(scope)).first() if scope.isdecimal() else None
    owner = (view.owner if view and view.owner else agent) if scope == "me" else None
    plain = {name: values[name] for name in ("name", "state", "sort", "position")}
    return ViewDraft(**plain, conditions=conditions_in(tree), others=others, team=team, owner=owner)


def _editor(
    request: AgentRequest, view: View | None, form: ViewForm, tree: Part, others: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "root": shown_to(tree, request.user),
        "row": view,
        "others": json.dumps(others) if others else "",
        "others_words": ", ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in others.items()),
    }
    return render(request, "workspace/view.html", context, status=status)


def _words(view: View, reader: Agent) -> str:
    try:
        filters = filters_from(view.filters)
    except Invalid:
        return "It can no longer be understood: open and save it."
    said = [f"Tickets that are {STATE_NAMES[filters.state]}"]
    said += [f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in _others(filters).items()]
    if words := in_words(json.loads(filters.where or "{}"), known=partial(seen_choices, agent=reader)):
        said.append(words)
    return "; ".join(said)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
