"""Ends the chat of a ticket from its page, and lets it go on again; the ticket itself stays what it is."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from routing.services.chat_ends import end_by_agent, take_back_end
from tickets.selectors.access import ticket_for
from workspace.guard import AgentRequest, agent_page


@require_POST
@agent_page
def end_action(request: AgentRequest, number: int) -> JsonResponse:
    end_by_agent(ticket_for(request.user, number), actor=request.user.as_actor())
    return JsonResponse({"number": number})


@require_POST
@agent_page
def go_on_action(request: AgentRequest, number: int, event_id: int) -> JsonResponse:
    take_back_end(ticket_for(request.user, number), event_id=event_id, actor=request.user.as_actor())
    return JsonResponse({"number": number})
