"""Replies that leave later, and messages whose content is removed: what the page of a ticket asks for."""

from __future__ import annotations

from django.http import JsonResponse
from django.views.decorators.http import require_POST

from core.errors import Invalid
from tickets.models import ScheduledReply, Ticket
from tickets.selectors.access import message_for, ticket_for
from tickets.selectors.scheduled import scheduled_for
from tickets.services import drafts, redacting, scheduling
from workspace.guard import AgentRequest, agent_page
from workspace.pane import delta
from workspace.requests import moment, optional_whole, uuids
from workspace.typed import copies_in


@require_POST
@agent_page
def schedule_action(request: AgentRequest, number: int) -> JsonResponse:
    """Keep the composer's words for later."""
    ticket = ticket_for(request.user, number)
    if request.POST.getlist("macros"):
        raise Invalid(
            "Actions of macros are done with Send: take them off, or send now.", fields={"macros": "Take off."}
        )
    plan = scheduling.Plan(
        text=request.POST.get("text", ""),
        send_at=moment(request.POST.get("send_at", ""), "send_at"),
        attachments=uuids(request, "attachments"),
        cc=copies_in(request),
        status_after=request.POST.get("status", ""),
        seen_seq=optional_whole(request.POST.get("seen", ""), "seen"),
    )
    key = request.headers.get("Idempotency-Key", "")[:64] or None
    scheduling.schedule(ticket, plan=plan, idempotency_key=key, agent=request.user)
    drafts.discard_draft(ticket, mode="reply", agent=request.user)
    return _news(request, ticket)


@require_POST
@agent_page
def cancel_scheduled_action(request: AgentRequest, number: int, scheduled_id: int) -> JsonResponse:
    """Take it back; its words and files return to the composer."""
    row = scheduled_for(request.user, number, scheduled_id)
    scheduling.cancel(row, agent=request.user)
    is_own = row.agent_id == request.user.pk
    return _news(request, row.ticket, row, with_files=is_own)


@require_POST
@agent_page
def send_scheduled_action(request: AgentRequest, number: int, scheduled_id: int) -> JsonResponse:
    row = scheduled_for(request.user, number, scheduled_id)
    scheduling.send_now(row, agent=request.user)
    return _news(request, row.ticket)


@require_POST
@agent_page
def redact_action(request: AgentRequest, message_id: int) -> JsonResponse:
    """Remove what a message said, for good."""
    message = message_for(request.user, message_id)
    redacting.redact(message, agent=request.user)
    return _news(request, message.ticket)


def _news(
    request: AgentRequest, ticket: Ticket, row: ScheduledReply | None = None, *, with_files: bool = False
) -> JsonResponse:
    """What the screen is missing; with the words that were taken back."""
    fresh = ticket_for(request.user, ticket.number)
    body = delta(request, request.user, fresh, optional_whole(request.POST.get("seq", ""), "seq") or 0)
    if row is not None:
        body |= {"text": row.text, "attachments": row.attachment_ids if with_files else []}
    return JsonResponse(body)
