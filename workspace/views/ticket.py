"""Pieces of an open ticket: what is new, what is older, what stands beside it."""

from __future__ import annotations

from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from core.errors import Invalid
from core.events.bus import publish
from core.events.catalogue import TicketSeen
from tickets.selectors.access import ticket_for
from tickets.selectors.known_people import known_people
from tickets.selectors.timeline import timeline
from workspace.chips import chip
from workspace.entries import items
from workspace.guard import AgentRequest, agent_page
from workspace.pane import composer_state, delta, drafts
from workspace.requests import whole
from workspace.side import side_context


@require_GET
@agent_page
def after_page(request: AgentRequest, number: int, seq: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    response = JsonResponse(delta(request, request.user, ticket, seq))
    publish(TicketSeen(ticket_id=ticket.pk, agent_id=request.user.pk))
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@agent_page
def earlier_page(request: AgentRequest, number: int) -> HttpResponse:
    """The entries before a seq."""
    ticket = ticket_for(request.user, number)
    found = timeline(ticket, before_seq=whole(request.GET.get("before", ""), "before"))
    context = {"ticket": ticket, "items": items(found.entries), "earlier_than": found.earlier_than}
    return render(request, "workspace/_earlier.html", context)


@require_GET
@agent_page
def person_page(request: AgentRequest, number: int) -> HttpResponse:
    """One more person of an answer, as a chip that says what they are to the ticket."""
    ticket = ticket_for(request.user, number)
    name, address = parseaddr(request.GET.get("address", ""))
    try:
        validate_email(address)
    except ValidationError as error:
        told = f"{request.GET.get('address', '').strip()[:100] or 'This'} is not an e-mail address."
        raise Invalid(told, fields={"cc": told}) from error
    shown = chip({"name": name, "address": address}, known_people(ticket, [address]))
    return render(request, "workspace/_chip.html", {"chip": shown, "is_added": True})


@require_GET
@agent_page
def side_page(request: AgentRequest, number: int) -> JsonResponse:
    """The sidebar, the composer's state and the stored drafts: what a ticket page fetches after it shows."""
    ticket = ticket_for(request.user, number)
    body = {
        "side": render_to_string("workspace/_side.html", side_context(request.user, ticket), request),
        "state": composer_state(request, request.user, ticket),
        "drafts": drafts(request.user, ticket),
    }
    response = JsonResponse(body)
    response["Cache-Control"] = "no-store"
    return response
