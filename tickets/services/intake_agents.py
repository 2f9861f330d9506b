"""Takes in what agents write by mail: for them where it is proved, else as a note that says what was not proved."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.db import run
from core.errors import Conflict, HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM
from people.models import Agent
from people.policy import may
from tickets import agent_mail
from tickets.agent_mail import AgentMail
from tickets.inbound import Clues, Inbound
from tickets.models import Attachment, Inbox, Message, RefKind, Ticket
from tickets.selectors.access import tickets_visible_to
from tickets.services import messages
from tickets.services.files import StoredFile
from tickets.services.refs import remember


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of an agent's mail."""

    message: Message
    number: int
    reason: str


def take(
    inbound: Inbound, decided: AgentMail, *, agent: Agent, inbox: Inbox, stored: Sequence[StoredFile]
) -> Written | None:
    """Write it for the agent; None when they may not see the ticket, so that it is read as a stranger's mail."""
    ticket = tickets_visible_to(agent).filter(pk=decided.ticket_id or 0).first()
    if ticket is None:
        return None
    key = _key(inbox, inbound)
    if decided.meaning == "held":
        files = _uploads(stored, None)
        message = messages.add_note(
            ticket, text=_claimed(inbound, agent), attachments=files, idempotency_key=key, actor=SYSTEM
        )
        written = Written(message=message, number=ticket.number, reason=decided.reason)
    elif decided.meaning == "reply" and may(agent, "reply"):
        written = _reply(inbound, ticket, agent=agent, stored=stored, key=key)
    else:
        written = _note(inbound, ticket, agent=agent, stored=stored, key=key, reason=decided.reason)
    _note_origin(written, inbound)
    return written


def original(inbound: Inbound, *, agent: Agent) -> Inbound:
    """The mail that an agent passed on, as if its author had sent it here. Nobody vouches for the author."""
    assert inbound.forwarded is not None
    passed = inbound.forwarded
    return dataclasses.replace(
        inbound,
        sender=passed.sender,
        subject=passed.subject,
        text=passed.text,
        full_text="",
        html="",
        clues=Clues(message_id=inbound.clues.message_id, references=tuple(filter(None, [passed.message_id]))),
        recipients={"to": inbound.recipients.get("to", [])},
        occurred_at=None,
        is_automatic=False,
        sender_auth="",
        sender_proof=f"Forwarded by {agent.name}",
        forwarded=None,
    )


def add_cover(ticket: Ticket, *, text: str, agent: Agent) -> None:
    """What the agent wrote above the mail that they passed on is for colleagues."""
    if text.strip():
        messages.add_note(ticket, text=text, actor=agent.as_actor())


def _reply(inbound: Inbound, ticket: Ticket, *, agent: Agent, stored: Sequence[StoredFile], key: str) -> Written:
    """What cannot be sent is kept as a note: an agent's words are never lost, and never sent unseen."""
    try:
        with unit_of_work():
            message = messages.reply(
                ticket,
                text=inbound.text,
                attachments=_uploads(stored, agent),
                seen_seq=inbound.clues.agent_seen_seq,
                idempotency_key=key,
                actor=agent.as_actor(),
            )
        return Written(message=message, number=ticket.number, reason="A reply by mail")
    except Conflict:
        why = "Not sent: somebody wrote in the meantime. Read that first, then answer here."
    except HelpdeskError as error:
        why = f"Not sent: {error.message}"
    return _note(inbound, ticket, agent=agent, stored=stored, key=key, reason=why, is_told=True)


def _note(
    inbound: Inbound,
    ticket: Ticket,
    *,
    agent: Agent,
    stored: Sequence[StoredFile],
    key: str,
    reason: str,
    is_told: bool = False,
) -> Written:
    text = agent_mail.without_mark(inbound.text)
    if is_told:
        text = f"[{reason}]\n\n{text}"
    message = messages.add_note(
        ticket, text=text, attachments=_uploads(stored, agent), idempotency_key=key, actor=agent.as_actor()
    )
    return Written(message=message, number=ticket.number, reason=reason)


def _claimed(inbound: Inbound, agent: Agent) -> str:
    head = f"A mail came that claims to be from {agent.name} <{inbound.sender.value}>. Nobody vouches for that, so it"
    return f"{head} was not sent to the customer:\n\n{inbound.text}"


def _uploads(stored: Sequence[StoredFile], agent: Agent | None) -> list[UUID]:
    rows = [Attachment(uploaded_by=agent, **dataclasses.asdict(item)) for item in stored]
    return [row.pk for row in Attachment.objects.bulk_create(rows, ignore_conflicts=True)]


def _note_origin(written: Written, inbound: Inbound) -> None:
    """The mail's own facts, shown on demand; later answers to it are recognised."""
    message = written.message
    Message.objects.filter(pk=message.pk).update(
        thread_reason=written.reason[:200],
        thread_via="agent",
        sender_auth=inbound.sender_auth[:12],
        sender_proof=inbound.sender_proof[:200],
    )
    if inbound.clues.message_id:
        ids = [inbound.clues.message_id]
        run([remember(message.ticket_id, ids, kind=RefKind.SEEN, message_row_id=message.pk)])


def _key(inbox: Inbox, inbound: Inbound) -> str:
    """One mail makes one message, however often it is read."""
    return f"mail:{hashlib.sha256(f'{inbox.pk}:{inbound.external_id}'.encode()).hexdigest()[:48]}"
