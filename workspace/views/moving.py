"""Moving messages between tickets, splitting and merging, from the page of a ticket; each can be taken back."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.events.catalogue import MessagesMovedOut
from tickets.models import Ticket
from tickets.selectors.access import ticket_for
from tickets.selectors.links import likely_targets
from tickets.selectors.search import search
from tickets.services import moving
from workspace.guard import AgentRequest, agent_page
from workspace.pane import delta
from workspace.requests import ids, optional_whole, whole

NEW = "new"
_FOUND = 8


@require_GET
@agent_page
def targets_page(request: AgentRequest, number: int) -> JsonResponse:
    """Tickets to move to: what was searched for, else the linked ones and the customer's others."""
    ticket = ticket_for(request.user, number)
    query = request.GET.get("q", "").strip()
    if query:
        found = [hit.ticket for hit in search(request.user, query, size=_FOUND)]
    else:
        found = likely_targets(request.user, ticket, size=_FOUND)
    return JsonResponse({"tickets": [_choice(row) for row in found if row.pk != ticket.pk]})


@require_POST
@agent_page
def move_action(request: AgentRequest, number: int) -> JsonResponse:
    """Move the given messages to a ticket, or to a new one."""
    ticket = ticket_for(request.user, number)
    wanted, to = ids(request, "messages"), request.POST.get("to", "")
    actor = request.user.as_actor()
    if to == NEW:
        moved = moving.split_off(ticket, message_ids=wanted, actor=actor)
    else:
        moved = moving.move_messages(ticket, message_ids=wanted, target=_target(request, to), actor=actor)
    return _answer(request, number, moved)


@require_POST
@agent_page
def merge_action(request: AgentRequest, number: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    target = _target(request, request.POST.get("into", ""))
    return _answer(request, number, moving.merge(ticket, into=target, actor=request.user.as_actor()))


@require_POST
@agent_page
def undo_move_action(request: AgentRequest, number: int, event_id: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    seen = optional_whole(request.POST.get("seq", ""), "seq")
    moving.undo_move(ticket, event_id=event_id, actor=request.user.as_actor())
    return JsonResponse(
        delta(request, request.user, ticket_for(request.user, number), ticket.last_seq if seen is None else seen)
    )


def _target(request: AgentRequest, number: str) -> Ticket:
    if not number:
        raise Invalid("Choose a ticket.", fields={"to": "Choose a ticket."})
    return ticket_for(request.user, whole(number, "to"))


def _answer(request: AgentRequest, number: int, moved: MessagesMovedOut) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    seen = optional_whole(request.POST.get("seq", ""), "seq")
    body = delta(request, request.user, ticket, moved.seq - 1 if seen is None else seen)
    return JsonResponse(
        {
            **body,
            "move": moved.event_id,
            "other": moved.other_number,
            "count": len(moved.message_ids),
            "is_merge": moved.is_merge,
        }
    )


def _choice(ticket: Ticket) -> dict[str, str]:
    return {
        "id": str(ticket.number),
        "label": ticket.subject or "(no subject)",
        "hint": f"#{ticket.number} {ticket.contact}",
    }
