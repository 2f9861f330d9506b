"""Calls that visitors book in the chat: what is free, what is theirs, and booking, moving and calling it off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from callbacks.models import Callback
from callbacks.phone import in_words
from callbacks.selectors.calls import booked_by
from channels_in.models import ChatVisitor
from channels_in.webchat import conversation
from channels_in.webchat.payload import KIND
from core.clock import now
from core.errors import Conflict, HelpdeskError, Invalid, NotFound
from people.models import Identity
from portal import chat
from portal.chat import About, Guest
from portal.limits import require_stranger_room
from portal.words import words_in
from routing.selectors.callback_slots import LENGTH, Place, slots_at
from routing.services import booking
from routing.services.booking import Booking
from tickets.models import Inbox

# Two weeks of half hours at most; the next days are what people choose from.
_MOST_SLOTS = 240
LONGEST_TOPIC = 300


def is_offered(inbox: Inbox) -> bool:
    return inbox.config.get("callbacks") is True


def in_session(guest: Guest) -> dict[str, Any]:
    """What the panel says about calls as soon as it opens."""
    return {"offered": is_offered(guest.inbox), "booked": booked(guest)}


def booked(guest: Guest) -> dict[str, Any] | None:
    found = booked_by(_identities(guest.visitor)).first()
    return _shown(found) if found else None


def offers(guest: Guest) -> dict[str, Any]:
    """The free times, in UTC; how many people are free is nobody's business."""
    _require_offered(guest.inbox)
    mine = booked(guest)
    besides = mine["id"] if mine else None
    slots = slots_at(_place(guest), count=_MOST_SLOTS, for_stranger=is_stranger(guest), besides=besides)
    minutes = int(LENGTH.total_seconds() // 60)
    return {"minutes": minutes, "slots": [slot.starts_at.isoformat() for slot in slots], "booked": mine}


def is_stranger(guest: Guest) -> bool:
    """Nobody has vouched for them: no site by a signed identity, no proven address, no agent by an answer."""
    visitor = guest.visitor
    if visitor is None:
        return True
    proven = Identity.objects.filter(contact=visitor.identity.contact_id).exclude(verified_how="")
    if visitor.is_verified or proven.exists():
        return False
    ticket = conversation.ticket_of(visitor)
    return ticket is None or ticket.first_replied_at is None


def book(guest: Guest, wish: Booking, *, address: str, client_id: str, name: str, page: str) -> Guest:
    """Their words come in like any others, on the ticket that the promise then hangs on. What can be refused is
    refused before; the same `client_id` again is the same request."""
    _require_offered(guest.inbox)
    before = conversation.ticket_of(guest.visitor) if guest.visitor else None
    if before:
        booking.require_wanted(before)
    if not wish.topic:
        raise Invalid("Say what it is about.", fields={"text": "Say what it is about."}, word="call_topic_missing")
    wish = replace(wish, is_by_stranger=is_stranger(guest))
    try:
        if booking.check(_place(guest), wish, identity_ids=_identities(guest.visitor)):
            return guest
    except Conflict as refusal:
        raise _with_offers(refusal, guest) from refusal
    if wish.is_by_stranger:
        require_stranger_room(address)
    text = words_in(guest.language).told["wish_for_call"].format(topic=wish.topic)
    told = chat.speak(guest, address=address, client_id=client_id, text=text, about=About(name=name), page=page)
    ticket = conversation.ticket_of(told.visitor) if told.visitor else None
    if told.visitor is None or ticket is None:
        raise Busy("This takes a moment. Try again.", details={"retry_after": 2})
    try:
        booking.book(ticket, wish, identity=told.visitor.identity)
    except Conflict as refusal:
        raise _with_offers(refusal, told) from refusal
    return told


def wish_of(inbox: Inbox, *, phone: str, starts_at: datetime, topic: str) -> Booking:
    region = str(inbox.config.get("callback_region") or "")
    return Booking(phone=phone, starts_at=starts_at, topic=" ".join(topic.split())[:LONGEST_TOPIC], region=region)


def move(guest: Guest, callback_id: int, *, starts_at: datetime) -> None:
    callback, identity = _theirs(guest, callback_id)
    try:
        booking.move(callback, starts_at=starts_at, identity=identity)
    except Conflict as refusal:
        raise _with_offers(refusal, guest) from refusal


def call_off(guest: Guest, callback_id: int) -> None:
    callback, identity = _theirs(guest, callback_id)
    booking.call_off(callback, identity=identity)


class Busy(HelpdeskError):
    """Earlier words of theirs are still being read."""

    code = "unavailable"
    status = 503


def _require_offered(inbox: Inbox) -> None:
    if not is_offered(inbox):
        raise NotFound("No calls can be booked here.")


def _theirs(guest: Guest, callback_id: int) -> tuple[Callback, Identity]:
    """Raises NotFound for everybody else's, too."""
    if guest.visitor is None:
        raise NotFound("There is no such call.")
    found = booked_by(_identities(guest.visitor)).filter(pk=callback_id).first()
    if found is None:
        raise NotFound("There is no such call.")
    return found, guest.visitor.identity


def _identities(visitor: ChatVisitor | None) -> list[int]:
    """Theirs, and for a signed user those of the browsers that signed in as them. Who has said nothing has none."""
    if visitor is None:
        return []
    addresses = conversation.own_addresses(visitor)
    return list(Identity.objects.filter(kind=KIND, value__in=addresses).values_list("pk", flat=True))


def _place(guest: Guest) -> Place:
    ticket = conversation.ticket_of(guest.visitor) if guest.visitor else None
    if ticket is None or not ticket.is_open:
        return Place(team_id=guest.inbox.default_team_id, inbox_id=guest.inbox.pk)
    return Place(team_id=ticket.team_id, inbox_id=ticket.inbox_id)


def _with_offers(refusal: Conflict, guest: Guest) -> Conflict:
    """Whoever came too late sees what is left at once."""
    return Conflict(refusal.message, fields=refusal.fields, details=offers(guest), word=refusal.word)


def _shown(row: Callback) -> dict[str, Any]:
    """The only form in which a callback leaves for a visitor."""
    at = now()
    return {
        "id": row.pk,
        "starts": row.starts_at.isoformat(),
        "ends": row.ends_at.isoformat(),
        "phone": in_words(row.phone),
        "late": row.ends_at <= at,
        "fixed": row.starts_at <= at < row.ends_at,
    }
