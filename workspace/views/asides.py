"""Side conversations from the page of a ticket: begun (also by forwarding a message), read, answered, closed."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import getaddresses

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Invalid, NotFound
from people.policy import require
from tickets.models import SideConversation
from tickets.selectors.access import message_for, ticket_for
from tickets.selectors.sides import side_for
from tickets.services import sides
from tickets.services.files import StoredFile
from tickets.services.sides import Letter
from workspace import asides
from workspace.guard import AgentRequest, agent_page
from workspace.pane import delta
from workspace.requests import optional_whole, uuids


@require_http_methods(["GET", "POST"])
@agent_page
def new_side_page(request: AgentRequest, number: int) -> HttpResponse:
    """The empty form, or what it sent."""
    ticket = ticket_for(request.user, number)
    require(request.user, "reply")
    if request.method == "GET":
        return render(request, "workspace/_side_new.html", asides.form(ticket))
    copies = sides.copies_of(ticket, uuids(request, "files"))
    sides.start_side(
        ticket,
        to=_receivers(request.POST.get("to", "")),
        subject=request.POST.get("subject", ""),
        letter=_letter(request, copies=copies),
        actor=request.user.as_actor(),
    )
    return _answer(request, number)


@require_GET
@agent_page
def forward_page(request: AgentRequest, message_id: int) -> HttpResponse:
    """The form with a message in it that is passed on, and its files to choose from."""
    message = message_for(request.user, message_id)
    require(request.user, "reply")
    return render(request, "workspace/_side_new.html", asides.form(message.ticket, message))


@require_http_methods(["GET", "POST"])
@agent_page
def side_conversation_page(request: AgentRequest, number: int, side_id: int) -> HttpResponse:
    """Read it; or write to its members."""
    side = _side(request, number, side_id)
    if request.method == "GET":
        return render(request, "workspace/_side_conversation.html", asides.conversation(request.user, side))
    sides.answer_side(side, letter=_letter(request), actor=request.user.as_actor())
    return _answer(request, number)


@require_POST
@agent_page
def close_side_action(request: AgentRequest, number: int, side_id: int) -> JsonResponse:
    sides.close_side(_side(request, number, side_id), actor=request.user.as_actor())
    return _answer(request, number)


def _side(request: AgentRequest, number: int, side_id: int) -> SideConversation:
    ticket = ticket_for(request.user, number)
    side = side_for(request.user, side_id)
    if side.ticket_id != ticket.pk:
        raise NotFound("There is no such side conversation in this ticket.")
    return side


def _letter(request: AgentRequest, copies: Sequence[StoredFile] = ()) -> Letter:
    return Letter(
        text=request.POST.get("text", ""),
        uploads=uuids(request, "attachments"),
        copies=copies,
        key=request.headers.get("Idempotency-Key", "")[:64] or None,
    )


def _receivers(typed: str) -> list[dict[str, str]]:
    """Addresses with commas between, names allowed; the first wrong one is named."""
    found = getaddresses([typed.replace(";", ",").replace("\n", ",")])
    for _, address in found:
        try:
            validate_email(address)
        except ValidationError as error:
            told = f"{address or typed.strip() or 'This'} is not an e-mail address."
            raise Invalid(told, fields={"to": told}) from error
    return [{"name": name, "address": address} for name, address in found]


def _answer(request: AgentRequest, number: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    seen = optional_whole(request.POST.get("seq", ""), "seq")
    return JsonResponse(delta(request, request.user, ticket, ticket.last_seq - 1 if seen is None else seen))
