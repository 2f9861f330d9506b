"""What the composer sends: replies, notes, undo, another try, drafts and uploads."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from core.errors import Invalid, TooLarge
from core.events.bus import unit_of_work
from people.policy import require
from routing.services.macros import apply_with_message
from tickets.models import Delivery, Message
from tickets.selectors.access import message_for, ticket_for
from tickets.services import changes, drafts, files, messages
from workspace.guard import AgentRequest, agent_page
from workspace.pane import delta
from workspace.requests import optional_whole, uuids, whole
from workspace.typed import copies_in

_MOST_MACROS = 20


@require_POST
@agent_page
def reply_action(request: AgentRequest, number: int) -> JsonResponse:
    """Queue a reply, and set a status with it or do neither; 409 with what is new since `seen`."""
    agent = request.user
    ticket = ticket_for(agent, number)
    with unit_of_work():
        message = messages.reply(
            ticket,
            text=request.POST.get("text", ""),
            attachments=uuids(request, "attachments"),
            cc=copies_in(request),
            seen_seq=optional_whole(request.POST.get("seen", ""), "seen"),
            send_anyway=request.POST.get("anyway") == "1",
            idempotency_key=request.headers.get("Idempotency-Key", "")[:64] or None,
            undo_seconds=agent.undo_seconds,
            actor=agent.as_actor(),
        )
        if status := request.POST.get("status"):
            changes.set_status(ticket, status=status, actor=agent.as_actor())
        apply_with_message(ticket, macro_ids=macros_in(request), message_id=message.pk, agent=agent)
        drafts.discard_draft(ticket, mode="reply", agent=agent)
    return _answer(request, number, message)


@require_POST
@agent_page
def note_action(request: AgentRequest, number: int) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    with unit_of_work():
        message = messages.add_note(
            ticket,
            text=request.POST.get("text", ""),
            attachments=uuids(request, "attachments"),
            idempotency_key=request.headers.get("Idempotency-Key", "")[:64] or None,
            actor=request.user.as_actor(),
        )
        apply_with_message(ticket, macro_ids=macros_in(request), message_id=message.pk, agent=request.user)
        drafts.discard_draft(ticket, mode="note", agent=request.user)
    return _answer(request, number, message)


@require_POST
@agent_page
def undo_action(request: AgentRequest, message_id: int) -> JsonResponse:
    """Take a waiting reply back; its words and files return to the composer."""
    message = message_for(request.user, message_id)
    waiting = [str(file.pk) for file in message.attachments.all()]
    with unit_of_work():
        messages.undo(message, actor=request.user.as_actor())
        if status := request.POST.get("status"):
            changes.set_status(message.ticket, status=status, actor=request.user.as_actor())
    ticket = ticket_for(request.user, message.ticket.number)
    seen = optional_whole(request.POST.get("seq", ""), "seq") or 0
    body = delta(request, request.user, ticket, seen)
    return JsonResponse({**body, "text": message.text, "attachments": waiting})


@require_POST
@agent_page
def retry_action(request: AgentRequest, message_id: int) -> JsonResponse:
    message = message_for(request.user, message_id)
    before = message.ticket.last_seq
    messages.try_again(message, actor=request.user.as_actor())
    ticket = ticket_for(request.user, message.ticket.number)
    return JsonResponse(delta(request, request.user, ticket, before))


@require_POST
@agent_page
def draft_action(request: AgentRequest, number: int) -> HttpResponse:
    """Store the words; an empty text forgets them; 409 with the newer words when another tab was later."""
    ticket = ticket_for(request.user, number)
    mode, text = request.POST.get("mode", ""), request.POST.get("text", "")
    attachments = [str(file) for file in uuids(request, "attachments")]
    if not text.strip() and not attachments:
        drafts.discard_draft(ticket, mode=mode, agent=request.user)
        return JsonResponse({"revision": 0})
    draft = drafts.save_draft(
        ticket,
        mode=mode,
        text=text,
        revision=whole(request.POST.get("revision", "0"), "revision"),
        attachment_ids=attachments,
        agent=request.user,
    )
    return JsonResponse({"revision": draft.revision})


@require_POST
@agent_page
def upload_action(request: AgentRequest) -> JsonResponse:
    """One file that waits for its message; too large ones are refused with the limit named."""
    require(request.user, "write_note")
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid("No file came.", fields={"file": "Choose a file."})
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise TooLarge(f"{file.name} is larger than {settings.MAX_UPLOAD_BYTES // 1_048_576} MB, the limit here.")
    kept = files.upload(
        file.read(),
        name=file.name or "file",
        content_type=file.content_type or "",
        is_inline=request.POST.get("inline") == "1",
        agent=request.user,
    )
    return JsonResponse({"id": str(kept.pk), "name": kept.name, "size": kept.size}, status=201)


def _answer(request: AgentRequest, number: int, message: Message) -> JsonResponse:
    ticket = ticket_for(request.user, number)
    seq = optional_whole(request.POST.get("seq", ""), "seq")
    body = delta(request, request.user, ticket, message.seq - 1 if seq is None else seq)
    can_undo = message.delivery == Delivery.QUEUED and message.next_attempt_at is not None
    ends = message.next_attempt_at.isoformat() if can_undo and message.next_attempt_at else ""
    return JsonResponse({**body, "message": message.pk, "undo_until": ends}, status=201)


def macros_in(request: HttpRequest) -> list[int]:
    """The macros whose actions waited in the draft."""
    return [whole(text, "macros") for text in request.POST.getlist("macros")[:_MOST_MACROS] if text]
