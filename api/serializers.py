"""The API's shapes: what goes out is an explicit list of fields, what comes in knows no others."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.views.base import MAX_ID, StrictSerializer
from core.clock import NEVER
from csat.link_tokens import without_tokens
from people.models import Agent, Contact, Team
from routing.selectors.waiting import Why
from sla.prediction import Expected, in_words
from tickets.models import Brand, Inbox, Message, Priority, Status, Ticket, TicketEvent


class TicketOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    priority = serializers.ChoiceField(Priority.choices)
    channel = serializers.CharField()
    inbox = serializers.IntegerField()
    brand = serializers.IntegerField(allow_null=True, help_text="The inbox's; it changes with the inbox")
    team = serializers.IntegerField(allow_null=True)
    assignee = serializers.IntegerField(allow_null=True)
    contact = serializers.IntegerField()
    contact_name = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    seq = serializers.IntegerField(help_text="The ticket's newest event; send it back as seen_seq with a reply.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    first_replied_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    sla_due_at = serializers.DateTimeField(allow_null=True)
    sla_metric = serializers.CharField()
    sla_breached = serializers.BooleanField()


class PersonWhoCouldOut(serializers.Serializer[Any]):
    agent = serializers.IntegerField()
    name = serializers.CharField()
    note = serializers.CharField(help_text="free, 3 of 20; full, 20 of 20; away; lacks german:2 ...")
    could = serializers.BooleanField(help_text="Is there, fit and has room, now")


class WaitingOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    waits = serializers.BooleanField(help_text="Open, awake, and nobody has it")
    why = serializers.CharField(allow_null=True)
    people = PersonWhoCouldOut(many=True)


class MessageOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    seq = serializers.IntegerField()
    kind = serializers.CharField(help_text="reply (public) or note (internal)")
    direction = serializers.CharField(help_text="in or out")
    channel = serializers.CharField()
    author = serializers.CharField()
    agent = serializers.IntegerField(allow_null=True)
    is_automatic = serializers.BooleanField()
    subject = serializers.CharField()
    text = serializers.CharField()
    delivery = serializers.CharField()
    failure = serializers.CharField()
    created_at = serializers.DateTimeField()
    attachments = serializers.ListField(child=serializers.DictField())


class EventOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField(help_text="The ticket's number")
    seq = serializers.IntegerField()
    kind = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # DRF takes fields out of the class body
    actor = serializers.DictField()
    at = serializers.DateTimeField()


class ContactOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    notes = serializers.CharField()
    organization = serializers.IntegerField(allow_null=True)
    identities = serializers.ListField(child=serializers.DictField())
    created_at = serializers.DateTimeField()


class NamedOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class InboxOut(NamedOut):
    brand = serializers.IntegerField(allow_null=True)
    brand_name = serializers.CharField(help_text="Empty where it has none")


class ExpectedResponseOut(serializers.Serializer[Any]):
    """Seconds by the clock on the wall: half of the tickets are answered within p50, nine of ten within p90."""

    inbox = serializers.IntegerField()
    text = serializers.CharField(allow_null=True)
    p50_seconds = serializers.IntegerField(allow_null=True)
    p90_seconds = serializers.IntegerField(allow_null=True)
    usual_p50_seconds = serializers.IntegerField(allow_null=True)
    waiting = serializers.IntegerField(allow_null=True)
    agents = serializers.IntegerField(allow_null=True)
    sample = serializers.IntegerField(allow_null=True)


class IdentityIn(StrictSerializer):
    kind = serializers.CharField(max_length=24)
    value = serializers.CharField(max_length=320)
    name = serializers.CharField(max_length=160, required=False, default="")


class TicketIn(StrictSerializer):
    inbox = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    contact = IdentityIn()
    subject = serializers.CharField(max_length=500)
    text = serializers.CharField(max_length=100_000)
    from_contact = serializers.BooleanField(
        default=True, help_text="True records the contact's words; false sends the text to the contact."
    )


class TicketChangeIn(StrictSerializer):
    subject = serializers.CharField(max_length=500, required=False)
    status = serializers.ChoiceField(Status.choices, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    assignee = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, allow_null=True)
    team = serializers.IntegerField(min_value=1, max_value=MAX_ID, required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30, required=False)
    snoozed_until = serializers.DateTimeField(required=False, allow_null=True)


class MessageIn(StrictSerializer):
    kind = serializers.ChoiceField([("reply", "Reply"), ("note", "Internal note")])
    text = serializers.CharField(max_length=100_000)
    cc = serializers.ListField(child=serializers.EmailField(), max_length=50, required=False, default=list)
    seen_seq = serializers.IntegerField(
        min_value=0,
        max_value=2_147_483_647,
        required=False,
        help_text="The seq you have read up to; a newer public message gives 409.",
    )
    send_anyway = serializers.BooleanField(default=False)


class ContactIn(StrictSerializer):
    name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    identities = serializers.ListField(child=IdentityIn(), min_length=1, max_length=20)


class ContactChangeIn(StrictSerializer):
    name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True)


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "channel": ticket.channel,
        "inbox": ticket.inbox_id,
        "brand": ticket.inbox.brand_id,
        "team": ticket.team_id,
        "assignee": ticket.assignee_id,
        "contact": ticket.contact_id,
        "contact_name": ticket.contact.name,
        "tags": ticket.tags,
        "seq": ticket.last_seq,
        "created_at": ticket.created_at,
        "updated_at": ticket.updated_at,
        "last_message_at": ticket.last_message_at,
        "waiting_since": ticket.waiting_since,
        "first_replied_at": ticket.first_replied_at,
        "resolved_at": ticket.resolved_at,
        "snoozed_until": ticket.snoozed_until,
        "sla_due_at": None if ticket.sla_due_at == NEVER else ticket.sla_due_at,
        "sla_metric": ticket.sla_metric,
        "sla_breached": ticket.sla_breached,
    }


def waiting_out(number: int, why: Why | None) -> dict[str, Any]:
    people = why.people if why else ()
    return {
        "number": number,
        "waits": why is not None,
        "why": why.text if why else None,
        "people": [
            {"agent": person.agent_id, "name": person.name, "note": person.note, "could": person.could}
            for person in people
        ],
    }


def message_out(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "seq": message.seq,
        "kind": message.kind,
        "direction": message.direction,
        "channel": message.channel,
        "author": str(message.author_agent or message.author_contact or "Helpdesk"),
        "agent": message.author_agent_id,
        "is_automatic": message.is_automatic,
        "subject": message.subject,
        "text": without_tokens(message.text),
        "delivery": message.delivery,
        "failure": message.failure,
        "created_at": message.created_at,
        "attachments": [
            {"id": str(item.pk), "name": item.name, "type": item.content_type, "size": item.size}
            for item in message.attachments.all()
        ],
    }


# How the other ticket of a move looked before it: who reads this journal may not be let to that one.
_OF_OTHERS = "other_before"


def event_out(event: TicketEvent, number: int) -> dict[str, Any]:
    actor = {"kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name, "cause": event.cause}
    return {
        "id": event.pk,
        "ticket": number,
        "seq": event.seq,
        "kind": event.kind,
        "data": {name: value for name, value in event.data.items() if name != _OF_OTHERS},
        "actor": actor,
        "at": event.at,
    }


def contact_out(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "name": contact.name,
        "notes": contact.notes,
        "organization": contact.organization_id,
        "identities": [
            {"kind": item.kind, "value": item.value, "is_verified": bool(item.verified_how)}
            for item in contact.identities.all()
        ],
        "created_at": contact.created_at,
    }


def expected_response_out(inbox_id: int, expected: Expected | None) -> dict[str, Any]:
    names = ("p50_seconds", "p90_seconds", "usual_p50_seconds", "waiting", "agents", "sample")
    return {
        "inbox": inbox_id,
        "text": in_words(expected) if expected else None,
        **{name: getattr(expected, name, None) for name in names},
    }


def inbox_out(row: Inbox) -> dict[str, Any]:
    return {**named_out(row), "brand": row.brand_id, "brand_name": row.brand.name if row.brand else ""}


def named_out(row: Agent | Team | Inbox | Brand) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}
