"""The desk: the list of tickets, and beside it the ticket that is open."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from people.models import Agent
from routing.selectors.situation import row_of
from tickets.models import Inbox
from tickets.selectors.access import ticket_for
from tickets.selectors.counts import view_counts
from tickets.selectors.lists import BUILT_IN_VIEWS, ticket_page
from workspace.directory import directory
from workspace.guard import AgentRequest, agent_page
from workspace.pane import etag, pane_context
from workspace.view_shelf import filters_beside, views_beside
from workspace.views_of import DEFAULT_VIEW, SORT_NAMES, VIEW_ICONS, ChosenView, chosen_view


@require_GET
@agent_page
def home_page(request: AgentRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('workspace:tickets')}?view={DEFAULT_VIEW}")


@require_GET
@agent_page
def tickets_page(request: AgentRequest) -> HttpResponse:
    """The list alone, at its full width."""
    view = chosen_view(request.user, request.GET.dict())
    context = {
        **list_context(request, view),
        **nav_context(request.user, view, view_counts(request.user, filters_beside(request.user))),
    }
    return render(request, "workspace/desk.html", context)


@require_GET
@agent_page
def list_page(request: AgentRequest) -> HttpResponse:
    """The list as a fragment: another view, or the list beside a ticket that was opened by its address."""
    view = chosen_view(request.user, request.GET.dict())
    return render(request, "workspace/_list.html", list_context(request, view))


@require_GET
@agent_page
def rows_page(request: AgentRequest) -> HttpResponse:
    """The next page of rows."""
    view = chosen_view(request.user, request.GET.dict())
    return render(request, "workspace/_rows.html", list_context(request, view))


@require_GET
@agent_page
def ticket_page_(request: AgentRequest, number: int) -> HttpResponse:
    """A ticket by its address; the list beside it and the counts are fetched by the page itself."""
    view = chosen_view(request.user, {"view": request.GET.get("view", "")})
    ticket = ticket_for(request.user, number)
    context = {**pane_context(request.user, ticket), **nav_context(request.user, view, {}), "is_open": True}
    return render(request, "workspace/desk.html", context)


@require_GET
@agent_page
def pane_page(request: AgentRequest, number: int) -> HttpResponse:
    """The ticket alone, as a fragment; unchanged tickets answer 304."""
    ticket = ticket_for(request.user, number)
    tag = etag(request.user, ticket)
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, "workspace/_pane.html", pane_context(request.user, ticket))
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def list_context(request: AgentRequest, view: ChosenView) -> dict[str, Any]:
    page = ticket_page(request.user, filters=view.filters, sort=view.sort, cursor=request.GET.get("cursor", ""))
    return {
        "view": view,
        "facets": view.facets(request.user),
        "rows": [row_of(ticket) for ticket in page.rows],
        "next_cursor": page.next_cursor,
        "sorts": SORT_NAMES,
        # Asked by the template alone, and only if it has no rows to show.
        "has_inboxes": Inbox.objects.exists,
    }


def nav_context(agent: Agent, view: ChosenView, counts: dict[str, int]) -> dict[str, Any]:
    """The navigation: built-in views, saved ones, and teams that have open tickets."""
    names = directory().teams
    return {
        "view": view,
        "nav_views": [
            {"slug": item.slug, "name": item.name, "icon": VIEW_ICONS[item.slug], "n": counts.get(item.slug)}
            for item in BUILT_IN_VIEWS.values()
        ],
        "nav_saved": [
            {"slug": f"saved:{saved.pk}", "name": saved.name, "icon": "filter", "n": counts.get(f"saved:{saved.pk}")}
            for saved in views_beside(agent)
        ],
        "nav_teams": [
            {"slug": f"team:{pk}", "name": name, "icon": "users-round", "n": counts.get(f"team:{pk}")}
            for pk, name in names.items()
            if not counts or f"team:{pk}" in counts
        ],
    }
