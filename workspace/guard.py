"""Who may call a page of the workspace: signed-in agents, each in their own time zone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

from people.models import Agent

P = ParamSpec("P")


class AgentRequest(HttpRequest):
    """A request whose user is known to be an agent."""

    user: Agent


AgentView = Callable[Concatenate[AgentRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def agent_page(view: AgentView[P]) -> View[P]:
    """Sends strangers to the door; runs the view in the agent's time zone."""

    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_the_door(request)
        agent_request = cast(AgentRequest, request)
        with timezone.override(zone_of(agent_request.user)):
            return view(agent_request, *args, **kwargs)

    return cast("View[P]", functools.update_wrapper(guarded, view))


def zone_of(agent: Agent) -> ZoneInfo:
    try:
        return ZoneInfo(agent.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def wants_fragment(request: HttpRequest) -> bool:
    """Asked for by a script of ours, which wants data or a piece of a page, never a whole error page."""
    return "HX-Request" in request.headers or "X-Fragment" in request.headers


def _to_the_door(request: HttpRequest) -> HttpResponseBase:
    if wants_fragment(request):
        message = "You have been signed out. Your drafts are safe; sign in again to go on."
        return JsonResponse({"code": "signed_out", "message": message}, status=401)
    return redirect_to_login(request.get_full_path())
