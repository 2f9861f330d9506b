"""Every fact that conditions can test, in the order of the menus; apps above register theirs when they load."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime

from core.errors import HelpdeskError
from people.models import Agent, Organization, Team
from people.selectors.tiers import known_tiers
from tickets.capabilities import capabilities_for
from tickets.conditions.facts import (
    AddressesFact,
    Choices,
    ColumnFact,
    EventFact,
    Fact,
    FieldFact,
    FirstTicketFact,
    MessageFact,
    MomentFact,
    SenderFact,
)
from tickets.conditions.kinds import (
    ANY_TEXT,
    DAY,
    FLAG,
    HOURS_SINCE,
    ID,
    NUMBER,
    SEVERAL,
    TEXT,
    WORD,
    WORDS,
    Kind,
)
from tickets.models import Brand, CustomField, Inbox, Priority, Status
from tickets.models.custom_field import FieldKind

FIELD_PREFIX = "field:"
_FIELD_KINDS: dict[str, Kind] = {
    FieldKind.TEXT: TEXT,
    FieldKind.NUMBER: NUMBER,
    FieldKind.DATE: DAY,
    FieldKind.FLAG: FLAG,
    FieldKind.CHOICE: WORD,
    FieldKind.CHOICES: SEVERAL,
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_METRICS = [
    ("first_response", "First response"),
    ("next_response", "Next response"),
    ("update", "Update"),
    ("resolution", "Resolution"),
]
_DELIVERIES = [("sent", "sent"), ("delivered", "delivered"), ("read", "read")]
_OF_CONTACT = [
    ("tier", "the contact's tier"),
    ("organization_tier", "the organization's tier"),
    ("address", "one more address"),
    ("name", "the contact's name"),
    ("blocked", "the contact was blocked"),
    ("unblocked", "the contact was unblocked"),
]
_CHAT_ENDS = [
    ("visitor", "the visitor ended it"),
    ("agent", "an agent ended it"),
    ("resolved", "its ticket was resolved"),
    ("left", "the visitor left unanswered"),
]
_ACTORS = [("agent", "an agent"), ("contact", "the customer"), ("rule", "a rule"), ("system", "Helpdesk itself")]


def _agents() -> Choices:
    return [(str(pk), name) for pk, name in Agent.objects.filter(is_active=True).values_list("pk", "name")]


def _teams() -> Choices:
    return [(str(pk), name) for pk, name in Team.objects.filter(is_active=True).values_list("pk", "name")]


def _inboxes() -> Choices:
    return [(str(pk), name) for pk, name in Inbox.objects.values_list("pk", "name")]


def _brands() -> Choices:
    return [(str(pk), name) for pk, name in Brand.objects.values_list("pk", "name")]


def _channels() -> Choices:
    kinds = Inbox.objects.order_by("kind").values_list("kind", flat=True).distinct()
    return [(kind, _channel_label(kind)) for kind in kinds]


def _channel_label(kind: str) -> str:
    try:
        return capabilities_for(kind).label
    except HelpdeskError:
        return kind


def _organizations() -> Choices:
    return [(str(pk), name) for pk, name in Organization.objects.values_list("pk", "name")[:500]]


def _weekday(at: datetime) -> str:
    return str(localtime(at).isoweekday())


def _hour(at: datetime) -> int:
    return localtime(at).hour


_TICKET = "Ticket"
_ALL: tuple[Fact, ...] = (
    ColumnFact("status", "Status", WORD, section=_TICKET, choices=lambda: list(Status.choices)),
    ColumnFact("priority", "Priority", WORD, section=_TICKET, choices=lambda: list(Priority.choices)),
    ColumnFact("channel", "Channel", WORD, section=_TICKET, choices=_channels),
    ColumnFact("inbox", "Inbox", ID, section=_TICKET, path="inbox_id", choices=_inboxes),
    ColumnFact("brand", "Brand", ID, section=_TICKET, path="inbox__brand_id", choices=_brands),
    ColumnFact("team", "Team", ID, section=_TICKET, path="team_id", choices=_teams),
    ColumnFact("assignee", "Assignee", ID, section=_TICKET, path="assignee_id", choices=_agents),
    ColumnFact("tags", "Tags", WORDS, section=_TICKET),
    ColumnFact("skills", "Skills asked for", WORDS, section=_TICKET),
    ColumnFact("subject", "Subject", TEXT, section=_TICKET),
    ColumnFact("message_count", "Number of messages", NUMBER, section=_TICKET),
    ColumnFact("number", "Ticket number", ID, section=_TICKET),
    ColumnFact("opened_hours", "Hours since it was opened", HOURS_SINCE, section=_TICKET, path="created_at"),
    ColumnFact("status_hours", "Hours in this status", HOURS_SINCE, section=_TICKET, path="status_since"),
    ColumnFact("assignee_hours", "Hours with this assignee", HOURS_SINCE, section=_TICKET, path="assignee_since"),
    ColumnFact("waiting_hours", "Hours the customer has waited", HOURS_SINCE, section=_TICKET, path="waiting_since"),
    ColumnFact("quiet_hours", "Hours since the last message", HOURS_SINCE, section=_TICKET, path="last_message_at"),
    ColumnFact("written_hours", "Hours since the customer wrote", HOURS_SINCE, section=_TICKET, path="last_inbound_at"),
    ColumnFact("sla_breached", "A promise is missed", FLAG, section=_TICKET),
    ColumnFact(
        "sla_due_metric", "Promise due next", WORD, section=_TICKET, path="sla_metric", choices=lambda: _METRICS
    ),
    MessageFact("text", "Message text", TEXT),
    MessageFact("message_subject", "Message subject", TEXT, path="subject"),
    MessageFact("message_channel", "Message channel", WORD, path="channel", choices=_channels),
    MessageFact("direction", "Written by", WORD, choices=lambda: [("in", "the customer"), ("out", "the desk")]),
    SenderFact("sender", "Sender's address", TEXT),
    MessageFact("is_automatic", "Message is automatic", FLAG),
    MessageFact("has_attachments", "Message has files", FLAG),
    ColumnFact("contact_name", "Contact's name", TEXT, section="Contact", path="contact__name"),
    AddressesFact("contact_address", "Contact's address", ANY_TEXT, section="Contact"),
    ColumnFact("contact_language", "Contact's language", WORD, section="Contact", path="contact__language"),
    ColumnFact("contact_tier", "Contact's tier", WORD, section="Contact", path="contact__tier", proposed=known_tiers),
    ColumnFact("contact_blocked", "Contact is blocked", FLAG, section="Contact", path="contact__is_blocked"),
    FirstTicketFact("contact_is_new", "It is the contact's first ticket", FLAG, section="Contact"),
    ColumnFact(
        "organization", "Organization", ID, section="Organization", path="organization_id", choices=_organizations
    ),
    ColumnFact(
        "organization_tier",
        "Organization's tier",
        WORD,
        section="Organization",
        path="organization__tier",
        proposed=known_tiers,
    ),
    ColumnFact("organization_name", "Organization's name", TEXT, section="Organization", path="organization__name"),
    ColumnFact(
        "organization_domain", "Organization's domain", WORDS, section="Organization", path="organization__domains"
    ),
    MomentFact(
        "weekday",
        "Weekday",
        WORD,
        read=_weekday,
        choices=lambda: [(str(number), day) for number, day in enumerate(_DAYS, 1)],
    ),
    MomentFact("hour", "Hour of the day", NUMBER, read=_hour),
    EventFact("is_new", "Ticket is new", FLAG, read=lambda o: bool(o.event and o.event.data.get("opened"))),
    EventFact(
        "sla_metric",
        "Promise the event is about",
        WORD,
        read=lambda o: str(o.event.data.get("metric") or "") if o.event else None,
        choices=lambda: _METRICS,
    ),
    EventFact(
        "delivery",
        "How far the reply got",
        WORD,
        read=lambda o: str(o.event.data.get("delivery") or "") if o.event else None,
        choices=lambda: _DELIVERIES,
    ),
    EventFact(
        "contact_change",
        "What changed about the contact",
        WORD,
        read=lambda o: str(o.event.data.get("what") or "") if o.event else None,
        choices=lambda: _OF_CONTACT,
    ),
    EventFact(
        "chat_end",
        "How the chat ended",
        WORD,
        read=lambda o: str(o.event.data.get("how") or "") if o.event else None,
        choices=lambda: _CHAT_ENDS,
    ),
    EventFact(
        "chat_answered",
        "Somebody answered the chat",
        FLAG,
        read=lambda o: bool(o.event and o.event.data.get("is_answered")),
    ),
    EventFact(
        "actor", "Done by", WORD, read=lambda o: o.event.actor_kind if o.event else None, choices=lambda: _ACTORS
    ),
)

_FACTS: dict[str, Fact] = {fact.key: fact for fact in _ALL}


def register(fact: Fact) -> None:
    """For apps above this one, from their AppConfig.ready."""
    _FACTS[fact.key] = fact


def fact_named(key: str) -> Fact | None:
    if not key.startswith(FIELD_PREFIX):
        return _FACTS.get(key)
    field = CustomField.objects.filter(key=key.removeprefix(FIELD_PREFIX)).first()
    return fact_of(field) if field else None


def facts(*, listable_only: bool = False) -> list[Fact]:
    """What a menu offers, custom fields last."""
    fields = CustomField.objects.filter(is_active=True)
    known = [*_FACTS.values(), *(fact_of(field) for field in fields)]
    return [fact for fact in known if fact.is_listable or not listable_only]


def fact_of(field: CustomField) -> Fact:
    return FieldFact(field, _FIELD_KINDS[field.kind])
