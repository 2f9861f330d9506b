"""Changes of one ticket from its page, and of many from the list."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from core.errors import HelpdeskError, Invalid
from routing.services.taking import take_next
from routing.verbs import verb_named
from tickets.selectors.access import ticket_for
from tickets.selectors.lists import tickets_by_ids
from workspace.guard import AgentRequest, agent_page
from workspace.pane import delta
from workspace.requests import ids, optional_whole


@require_POST
@agent_page
def change_action(request: AgentRequest, number: int, verb: str) -> JsonResponse:
    """Do it; answer with what the screen is missing and with what would undo it."""
    chosen = verb_named(verb)
    values = request.POST.dict()
    before = ticket_for(request.user, number)
    undo = chosen.undo(before, values)
    chosen.do(before, values, request.user.as_actor())
    ticket = ticket_for(request.user, number)
    seen = optional_whole(request.POST.get("seq", ""), "seq")
    body = delta(request, request.user, ticket, before.last_seq if seen is None else seen)
    changed = ticket.last_seq != before.last_seq
    return JsonResponse({**body, "undo": [{**undo, "ids": str(ticket.pk)}] if undo and changed else []})


@require_POST
@agent_page
def take_next_action(request: AgentRequest) -> JsonResponse:
    """The first of the queue becomes the agent's; 404 in words when nothing waits."""
    ticket = take_next(request.user)
    return JsonResponse({"number": ticket.number, "id": ticket.pk})


@require_POST
@agent_page
def bulk_action(request: AgentRequest, verb: str) -> JsonResponse:
    """The same for each of the given tickets that the agent may see; refusals are told one by one."""
    wanted = ids(request, "ids")
    if not wanted:
        raise Invalid("Select tickets first.", fields={"ids": "None selected."})
    chosen = verb_named(verb)
    values = request.POST.dict()
    actor = request.user.as_actor()
    undo: dict[tuple[tuple[str, str], ...], list[str]] = {}
    refused: list[dict[str, object]] = []
    done = 0
    for ticket in tickets_by_ids(request.user, wanted):
        back = chosen.undo(ticket, values)
        try:
            chosen.do(ticket, values, actor)
        except HelpdeskError as error:
            refused.append({"number": ticket.number, "message": error.message})
            continue
        done += 1
        if back:
            undo.setdefault(tuple(sorted(back.items())), []).append(str(ticket.pk))
    steps = [{**dict(step), "ids": ",".join(tickets)} for step, tickets in undo.items()]
    return JsonResponse({"done": done, "refused": refused, "undo": steps})
