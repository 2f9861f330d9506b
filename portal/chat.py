"""What the chat's two doors (socket and HTTP) share: who it is, what they see, what they say. All of it synchronous."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels_in.models import ChatVisitor
from channels_in.webchat import conversation, signed_identity, tokens
from channels_in.webchat.payload import FORM, KIND
from channels_in.webchat.services import visitors, words
from channels_in.webchat.tokens import TokenRefused, VisitorKey
from core.errors import NotFound
from core.events.bus import publish
from core.events.catalogue import Actor, ContactTyped
from portal.availability import availability_of, expected_in_words
from portal.limits import require_message_room
from portal.question import question_for
from portal.words import FALLBACK
from routing.selectors.chats import chat_of
from routing.selectors.left_visitors import is_left
from routing.services.chat_ends import end_by_visitor
from tickets.inbound import InboundFile
from tickets.models import Inbox, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an unsigned visitor says about themselves."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Someone at the door: a valid key, and their row once they have said something."""

    inbox: Inbox
    key: VisitorKey
    visitor: ChatVisitor | None = None
    language: str = FALLBACK


def widget(token: str) -> Inbox:
    """The chat inbox with this public key. Raises NotFound."""
    inbox = Inbox.objects.filter(token=token[:40], kind=KIND, is_active=True).first()
    if inbox is None:
        raise NotFound("There is no such chat.")
    return inbox


def guest_of(inbox: Inbox, token: str, *, language: str = FALLBACK) -> Guest:
    """Raises TokenRefused."""
    key = tokens.read(token, inbox_id=inbox.pk)
    visitor = conversation.visitor_of(key.uid)
    if (visitor.generation if visitor else 0) != key.generation:
        raise TokenRefused("This chat session has ended. Reload the page.")
    return Guest(inbox=inbox, key=key, visitor=visitor, language=language)


def welcome(inbox: Inbox, token: str, signed: str, *, language: str = FALLBACK) -> Guest:
    """The guest of a stored token, or a new one; signed in where a signed identity is given (IdentityRefused)."""
    try:
        guest = guest_of(inbox, token, language=language)
    except TokenRefused:
        guest = Guest(inbox=inbox, key=tokens.new_key(inbox.pk), language=language)
    if not signed:
        return guest
    claims = signed_identity.read(signed, secrets=secrets_of(inbox), audience=inbox.token, now=int(time.time()))
    return _as_row(guest, visitors.sign_in(inbox, guest.key, claims))


def session(guest: Guest) -> dict[str, Any]:
    """All that the panel needs to draw itself; the token is renewed with each visit."""
    visitor = guest.visitor
    now = availability_of(guest.inbox, guest.language)
    return {
        "token": tokens.issue(guest.key),
        "visitor": {
            "name": visitor.name if visitor else "",
            "email": visitor.email if visitor else "",
            "verified": bool(visitor and visitor.is_verified),
        },
        "online": now.is_online,
        "away": now.text,
        "opens": now.opens_at.isoformat() if now.opens_at else None,
        "expected": expected_in_words(guest.inbox, guest.language) if now.is_online else "",
        "conversation": shown(guest),
    }


def shown(guest: Guest, *, ticket_number: int | None = None, seq: int = 0) -> dict[str, Any] | None:
    """What came after `seq` in the ticket that the browser shows, else the newest page (`reset`)."""
    visitor = guest.visitor
    ticket = conversation.ticket_of(visitor) if visitor else None
    if visitor is None or ticket is None:
        return None
    found = conversation.after(visitor, ticket, seq=seq) if ticket.number == ticket_number else None
    is_reset = found is None
    found = found or conversation.newest(visitor, ticket)
    chat = chat_of(ticket.pk)
    return {
        "ticket": ticket.number,
        "reset": is_reset,
        "earlier": found.has_earlier,
        "messages": found.messages,
        "seen": _seen_seq(visitor, ticket),
        "left": is_left(ticket.pk),
        "chat": chat,
        "asks": question_for(visitor, ticket, chat=chat, language=guest.language),
    }


def earlier(visitor: ChatVisitor, *, before_seq: int) -> dict[str, Any]:
    ticket = conversation.ticket_of(visitor)
    if ticket is None:
        return {"messages": [], "earlier": False}
    found = conversation.newest(visitor, ticket, before_seq=before_seq)
    return {"messages": found.messages, "earlier": found.has_earlier}


def speak(
    guest: Guest, *, address: str, client_id: str, text: str, about: About, files: Sequence[InboundFile] = (),
    page: str = "", is_mail_wanted: bool = False,
) -> Guest:  # fmt: skip
    """Take in a message, after the limits; the guest has a row from now on. Raises what the limits and words raise."""
    words.check(client_id=client_id, text=text, files=files)
    require_message_room(address=address, uid=guest.key.uid, inbox_id=guest.inbox.pk, is_new=guest.visitor is None)
    visitor = visitors.arrive(guest.inbox, guest.key)
    if guest.visitor is None:
        visitors.note_language(visitor, guest.language)
    if about.name or about.email or is_mail_wanted:
        visitor = introduce(visitor, about, is_mail_wanted=is_mail_wanted)
    words.say(visitor, client_id=client_id, text=text, files=files, page=page, way=FORM if is_mail_wanted else "")
    if secrets_of(guest.inbox) and not visitor.is_verified:
        visitors.follow_sign_in(visitor)
    return _as_row(guest, visitor)


def introduce(visitor: ChatVisitor, about: About, *, is_mail_wanted: bool = False) -> ChatVisitor:
    """Unsigned claims count only on widgets that verify nobody; an address for answers is always welcome."""
    name = "" if secrets_of(visitor.inbox) and not is_mail_wanted else about.name
    return visitors.introduce(visitor, name=name, email=about.email, is_mail_wanted=is_mail_wanted)


def end(guest: Guest) -> None:
    """The visitor has what they came for; the ticket stays what it is."""
    ticket = conversation.ticket_of(guest.visitor) if guest.visitor else None
    if guest.visitor is None or ticket is None:
        raise NotFound("There is no conversation yet.")
    contact = guest.visitor.identity.contact
    end_by_visitor(ticket, actor=Actor(kind="contact", id=contact.pk, name=guest.visitor.name or contact.name))


def tell_typing(visitor: ChatVisitor) -> None:
    """A hint for the agents who have the ticket open."""
    if ticket := conversation.ticket_of(visitor):
        publish(ContactTyped(ticket_id=ticket.pk, contact_name=visitor.name or visitor.identity.contact.name))


def secrets_of(inbox: Inbox) -> list[str]:
    """The widget's identity secrets, the current one first; an old one stays valid while it is listed."""
    named = [inbox.secrets.get("identity_secret"), inbox.secrets.get("previous_identity_secret")]
    return [str(secret) for secret in named if secret]


def _as_row(guest: Guest, visitor: ChatVisitor) -> Guest:
    key = VisitorKey(inbox_id=guest.inbox.pk, uid=visitor.uid, generation=visitor.generation)
    return Guest(inbox=guest.inbox, key=key, visitor=visitor, language=guest.language)


def _seen_seq(visitor: ChatVisitor, ticket: Ticket) -> int:
    """How far agents have read; 0 when nobody has looked yet."""
    seen = conversation.messages_of(visitor, ticket).filter(pk__lte=visitor.agent_saw_id).order_by("-seq")
    return seen.values_list("seq", flat=True).first() or 0
