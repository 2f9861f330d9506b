"""Tells an agent by mail what happened on a ticket; the answer comes back to an address that only they were given."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate, make_msgid

from django.conf import settings
from django.urls import reverse

from channels_in.base import Progress
from channels_in.email import tokens
from channels_in.email.compose import Outgoing
from channels_in.email.compose.letter import LOOP_HEADER
from channels_in.email.door import mail_inboxes
from channels_in.email.kind import KIND
from channels_in.email.transport import server_of, transmit
from core.text import clean_line, clean_name
from people.models import Agent
from tickets.models import Inbox, Message, MessageKind, Ticket

_SHOWN = 4_000


def send_notice(*, agent: Agent, ticket: Ticket, title: str, text: str) -> None:
    """Raises ChannelError. Without any inbox for mail there is nowhere to answer, and nothing is sent."""
    inbox = _inbox(ticket)
    if inbox is None or not agent.email.isascii():
        return
    server = server_of(inbox)
    mail = _mail(inbox, agent, ticket, title, text)
    sent = Outgoing(mail["Message-ID"].strip("<>"), "", (agent.email,), mail.as_bytes(), False)
    transmit(server, sent, Progress(arrived=[], note=lambda part: None))


def _inbox(ticket: Ticket) -> Inbox | None:
    if ticket.inbox.kind == KIND and ticket.inbox.address:
        return ticket.inbox
    return next((inbox for inbox in mail_inboxes() if inbox.is_active), None)


def _mail(inbox: Inbox, agent: Agent, ticket: Ticket, title: str, text: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    name = clean_name(str(inbox.config.get("from_name") or inbox.name))
    mail["From"] = formataddr((name, inbox.address))
    mail["To"] = agent.email
    mail["Reply-To"] = tokens.agent_address(
        inbox.address, ticket_id=ticket.pk, seq=ticket.last_public_seq, to=agent.email
    )
    mail["Subject"] = clean_line(f"[#{ticket.number}] {title}: {ticket.subject}", 200)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=inbox.address.rpartition("@")[2] or "localhost")
    mail[LOOP_HEADER] = tokens.loop_mark()
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    mail.set_content(_words(ticket, title, text), cte="quoted-printable")
    return mail


def _words(ticket: Ticket, title: str, text: str) -> str:
    newest = (
        Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY)
        .exclude(delivery="retracted")
        .select_related("author_agent", "author_contact")
        .order_by("-seq")
        .first()
    )
    link = f"{settings.SITE_URL}{reverse('workspace:ticket', args=[ticket.number])}"
    pieces = [
        f"{title}. {text}".strip(),
        "Answer this mail to reply to the customer; begin with #note to write an internal note.",
        link,
    ]
    if newest:
        who = str(newest.author_agent or newest.author_contact or "Helpdesk")
        said = "\n".join(f"> {line}" for line in newest.text.strip()[:_SHOWN].splitlines())
        pieces.append(f"{who} wrote:\n{said}")
    return "\n\n".join(pieces) + "\n"
