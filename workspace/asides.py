"""Side conversations as pages show them: their list in the sidebar, one of them, and the form that begins one."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import localtime

from csat.link_tokens import without_tokens
from people.models import Agent
from people.policy import may
from tickets.models import Message, SideConversation, SideState, Ticket
from tickets.selectors.sides import messages_of_side, sides_of
from workspace.entries import message_item

STATE_ICONS = {SideState.WAITING: "hourglass", SideState.ANSWERED: "mail", SideState.CLOSED: "check"}


def asides(ticket: Ticket) -> list[dict[str, Any]]:
    return [_line(side) for side in sides_of(ticket)]


def conversation(agent: Agent, side: SideConversation) -> dict[str, Any]:
    return {
        **_line(side),
        "ticket": side.ticket,
        "members": side.members,
        "items": [message_item(message) for message in messages_of_side(side)],
        "may_reply": may(agent, "reply"),
    }


def form(ticket: Ticket, forwarded: Message | None = None) -> dict[str, Any]:
    """The empty form, or one that passes a message on with its files to choose from."""
    files = list(forwarded.attachments.all()) if forwarded else []
    subject = (forwarded.subject or ticket.subject) if forwarded else ticket.subject
    return {
        "ticket": ticket,
        "forwarded": forwarded,
        "subject": f"Fwd: {subject}"[:500] if forwarded else subject,
        "text": _passed_on(forwarded) if forwarded else "",
        "files": [file for file in files if not file.is_inline],
    }


def _line(side: SideConversation) -> dict[str, Any]:
    state = SideState(side.state)
    return {
        "side": side,
        "who": ", ".join(item["name"] or item["address"] for item in side.members),
        "state": state.label,
        "icon": STATE_ICONS[state],
    }


def _passed_on(message: Message) -> str:
    """The words of the message under a head that every mail program knows as a forward."""
    sender = message.recipients.get("from") or {}
    name = sender.get("name") or str(message.author_agent or message.author_contact or "")
    address = f" <{sender['address']}>" if sender.get("address") else ""
    when = localtime(message.created_at)
    head = [
        "",
        "",
        "---------- Forwarded message ----------",
        f"From: {name}{address}",
        f"Date: {when:%a}, {when.day} {when:%b %Y %H:%M}",
        *([f"Subject: {message.subject}"] if message.subject else []),
        "",
    ]
    return "\n".join([*head, without_tokens(message.text)])
