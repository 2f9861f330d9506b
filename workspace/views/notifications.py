"""The bell: what happened on an agent's tickets, and what they have seen of it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from notifications.models import Notification
from notifications.selectors.bell import bell_of, unread_count
from notifications.services.reading import mark_read
from workspace.guard import AgentRequest, agent_page, wants_fragment

_ICONS = {
    "assigned": "user-check",
    "unassigned": "user",
    "mention": "at-sign",
    "reply": "reply",
    "failed": "circle-alert",
    "sla_near": "timer",
    "sla_breached": "circle-x",
    "sla_escalated": "circle-x",
    "bad_rating": "circle-alert",
    "recovery_late": "circle-x",
    "callback_near": "phone",
    "callback_late": "circle-x",
    "chat_left": "message-circle",
    "rule": "zap",
    "inbox_off": "circle-x",
    "mailbox": "circle-alert",
    "mails_missing": "circle-alert",
    "problem": "triangle-alert",
    "rules_failed": "triangle-alert",
    "webhook_off": "circle-x",
}


@require_safe
@agent_page
def notifications_page(request: AgentRequest) -> HttpResponse:
    bell = bell_of(request.user, shown=100)
    lines = [{"row": row, "icon": _ICONS.get(row.kind, "bell"), "href": _target(row)} for row in bell.notifications]
    return render(request, "workspace/notifications.html", {"bell": bell, "lines": lines})


@require_safe
@agent_page
def count_page(request: AgentRequest) -> JsonResponse:
    response = JsonResponse({"unread": unread_count(request.user)})
    response["Cache-Control"] = "no-store"
    return response


def _target(line: Notification) -> str:
    """Where the matter is dealt with."""
    matter, _, number = line.about.partition(":")
    if matter == "inbox":
        return reverse("workspace:settings-inbox", args=[int(number)])
    if matter == "webhook":
        return reverse("workspace:settings-webhook", args=[int(number)])
    if matter == "problems":
        return reverse("workspace:problems")
    return (
        reverse("workspace:ticket", args=[line.ticket.number]) if line.ticket else reverse("workspace:settings-rules")
    )


@require_POST
@agent_page
def read_action(request: AgentRequest) -> HttpResponse:
    """Mark the lines of one ticket as read, or all."""
    ticket = request.POST.get("ticket", "")
    mark_read(request.user, ticket_id=int(ticket) if ticket.isdecimal() and len(ticket) < 19 else None)
    if wants_fragment(request):
        return JsonResponse({"unread": unread_count(request.user)})
    return HttpResponseRedirect(reverse("workspace:notifications"))
