"""Settings: the addresses that webhooks call, their secrets, and the log of their calls."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from people.policy import require
from routing.models import WebhookEndpoint
from routing.selectors.webhooks import call_named, callers_of, calls_of, changes_of, endpoint_named, endpoints
from routing.services import webhook_endpoints
from routing.services.webhooks import replay
from tickets.selectors.access import ticket_by_id, tickets_visible_to
from workspace.guard import AgentRequest, agent_page


@require_safe
@agent_page
def webhooks_page(request: AgentRequest) -> HttpResponse:
    require(request.user, "manage_desk")
    return render(request, "workspace/settings/webhooks.html", {"rows": endpoints(), "here": "webhooks"})


@require_safe
@agent_page
def webhook_page(request: AgentRequest, endpoint_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    return _page(request, endpoint_named(endpoint_id))


@require_POST
@never_cache
@agent_page
def secret_action(request: AgentRequest, endpoint_id: int) -> HttpResponse:
    """The answer shows the new secret; a reload, or the page later, cannot."""
    require(request.user, "manage_desk")
    endpoint = endpoint_named(endpoint_id)
    plain = webhook_endpoints.change_secret(endpoint, by=request.user)
    return _page(request, endpoint, plain=plain)


@require_POST
@agent_page
def switch_action(request: AgentRequest, endpoint_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    webhook_endpoints.switch(endpoint_named(endpoint_id), on=request.POST.get("on") == "1", by=request.user)
    return HttpResponseRedirect(reverse("workspace:settings-webhook", args=[endpoint_id]))


@require_POST
@agent_page
def replay_action(request: AgentRequest, call_id: int) -> HttpResponse:
    require(request.user, "manage_desk")
    call = call_named(call_id)
    ticket_by_id(request.user, call.ticket_id)
    replay(call, by=request.user)
    messages.success(request, "It is called again within seconds, with the same id.")
    if call.endpoint_id is None:
        return HttpResponseRedirect(reverse("workspace:settings-webhooks"))
    return HttpResponseRedirect(reverse("workspace:settings-webhook", args=[call.endpoint_id]))


def _page(request: AgentRequest, endpoint: WebhookEndpoint, *, plain: str = "") -> HttpResponse:
    calls = calls_of(endpoint)
    visible = tickets_visible_to(request.user).filter(pk__in=[call.ticket_id for call in calls])
    seen = set(visible.values_list("pk", flat=True))
    rules, macros = callers_of(endpoint.url)
    context = {
        "row": endpoint,
        "calls": [call for call in calls if call.ticket_id in seen],
        "rules": rules,
        "macros": macros,
        "changes": changes_of(endpoint),
        "plain": plain,
        "here": "webhooks",
    }
    return render(request, "workspace/settings/webhook.html", context)
