"""Customers book a call themselves: a free half hour each, however many ask for the last one at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from callbacks.models import AskedBy, Callback
from callbacks.phone import number_to_call, uncallable
from callbacks.selectors.calls import booked_by, booked_for_number
from callbacks.services.planning import Plan, move_callback, plan_callback
from callbacks.services.settling import cancel_callback
from core.clock import now
from core.db import lock, run
from core.errors import Conflict, Invalid, NotAllowed
from core.events.bus import unit_of_work
from core.events.catalogue import Actor
from people.models import Contact, Identity
from routing.selectors.callback_slots import LENGTH, Place, is_free
from tickets.models import Status, Ticket

# Strangers could have us call somebody all day.
MOST_PER_NUMBER = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a customer asks for. A number without its country is one of `region`, such as DE."""

    phone: str
    starts_at: datetime
    topic: str = ""
    region: str = ""
    is_by_stranger: bool = False


def check(place: Place, booking: Booking, *, identity_ids: Collection[int]) -> Callback | None:
    """Raises Invalid and Conflict for what cannot be booked; returns the very same booking where they have it.

    Asked before anything is written, and once more when nobody else can book.
    """
    phone = number_to_call(booking.phone, region=booking.region)
    if theirs := booked_by(identity_ids).first():
        if (theirs.phone, theirs.starts_at) == (phone, booking.starts_at):
            return theirs
        raise Conflict("You have a call booked already. Move it or call it off first.", word="call_booked_already")
    if booked_for_number(phone).count() >= MOST_PER_NUMBER:
        raise uncallable()
    _require_free(place, booking.starts_at, for_stranger=booking.is_by_stranger)
    return None


def require_wanted(ticket: Ticket) -> None:
    """What an agent has called spam makes nobody call."""
    if ticket.status == Status.SPAM:
        raise NotAllowed("Your request was not accepted.", word="call_refused")


def book(ticket: Ticket, booking: Booking, *, identity: Identity) -> Callback:
    """One at a time for each customer. Raises what `check` raises."""
    with unit_of_work():
        _one_after_the_other()
        fresh = _fresh(ticket)
        require_wanted(fresh)
        if same := check(_place(fresh), booking, identity_ids=[identity.pk]):
            return same
        plan = Plan(
            phone=booking.phone,
            starts_at=booking.starts_at,
            ends_at=booking.starts_at + LENGTH,
            note=booking.topic,
            asked_by=AskedBy.CONTACT,
            region=booking.region,
            identity=identity,
            is_by_stranger=booking.is_by_stranger,
        )
        return plan_callback(ticket, plan, actor=_actor(identity))


def plan_if_free(ticket: Ticket, plan: Plan, *, actor: Actor) -> Callback:
    """For programs that book on behalf of customers: one of the half hours that are free, or Conflict."""
    if plan.ends_at - plan.starts_at != LENGTH:
        hint = "Choose one of the half hours that are offered."
        raise Invalid(hint, fields={"ends_at": hint})
    with unit_of_work():
        _one_after_the_other()
        _require_free(_place(_fresh(ticket)), plan.starts_at)
        return plan_callback(ticket, plan, actor=actor)


def move(callback: Callback, *, starts_at: datetime, identity: Identity) -> Callback:
    """The new promise, or the same one where it is for then already. Raises Conflict where the time is taken, or has
    begun."""
    with unit_of_work():
        _one_after_the_other()
        _require_open(callback)
        if callback.starts_at == starts_at:
            return callback
        ticket = _fresh(callback.ticket)
        require_wanted(ticket)
        _require_free(_place(ticket), starts_at, for_stranger=callback.is_by_stranger, besides=callback.pk)
        return move_callback(callback, starts_at=starts_at, ends_at=starts_at + LENGTH, actor=_actor(identity))


def call_off(callback: Callback, *, identity: Identity) -> Callback:
    with unit_of_work():
        _one_after_the_other()
        _require_open(callback)
        return cancel_callback(callback, actor=_actor(identity))


def _one_after_the_other() -> None:
    """All bookings of the desk: the same agents may be of several teams. Held until the transaction ends."""
    run([lock("callback-slots")])


def _fresh(ticket: Ticket) -> Ticket:
    """A rule may have moved it since the ticket was read."""
    return Ticket.objects.only("team_id", "inbox_id", "status").get(pk=ticket.pk)


def _place(ticket: Ticket) -> Place:
    return Place(team_id=ticket.team_id, inbox_id=ticket.inbox_id)


def _require_free(place: Place, starts_at: datetime, *, for_stranger: bool = False, besides: int | None = None) -> None:
    if not is_free(place, starts_at, for_stranger=for_stranger, besides=besides):
        raise Conflict("Somebody was quicker: this time is taken. Choose another one.", word="call_taken")


def _require_open(callback: Callback) -> None:
    """Agents are told by whom something was settled; customers are not. While the call may be ringing it stays."""
    fresh = Callback.objects.get(pk=callback.pk)
    if not fresh.is_to_do:
        raise Conflict("This call is not booked any more.", word="call_settled")
    if fresh.starts_at <= now() < fresh.ends_at:
        raise Conflict("The time of this call has begun. We are about to call you.", word="call_begun")


def _actor(identity: Identity) -> Actor:
    # They may have said their name only a moment ago.
    return Actor(kind="contact", id=identity.contact_id, name=str(Contact.objects.get(pk=identity.contact_id)))
