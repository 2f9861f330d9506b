"""Tickets of every sort, half without what can be missing: what conditions are tried on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from csat.models import Rating, Recovery, SurveyRequest
from people.models import Contact, Identity, Organization
from sla.models import BusinessHours
from sla.models.hours import OpenInterval
from tests.cast import Cast
from tickets.conditions.facts import Fact
from tickets.conditions.kinds import DAY, FLAG, HOURS_SINCE, ID, NUMBER, TEXT, AnyText, Words
from tickets.models import (
    Brand,
    CustomField,
    Delivery,
    Direction,
    Inbox,
    Message,
    MessageKind,
    Priority,
    Status,
    Ticket,
)

# A Monday at noon.
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOME_TEXT = ("Refund", "refund please", "50% _off_", "Ärger, straße", "ΣΊΣΥΦΟΣ ς", "back\\slash", "Где мой заказ", "x")
TAGS = ("vip", "press", "billing-eu")
SKILLS = ("german", "spanish")
TIERS = ("gold", "silver")
HOURS = (0, 1, 2.5, 3, 12, 24.25, 999)


def make_custom_fields() -> None:
    for key, kind, choices in (
        ("plan", "choice", ["Gold", "Free plan"]),
        ("seats", "number", []),
        ("renewal", "date", []),
        ("trial", "flag", []),
        ("areas", "choices", ["North", "East"]),
        ("remark", "text", []),
    ):
        CustomField.objects.create(key=key, label=key.capitalize(), kind=kind, choices=choices)


def make_crowd(cast: Cast, size: int) -> list[Ticket]:
    """Tickets of customers old and new, some with messages, a rating, a recovery."""
    dice = random.Random(7)
    contacts = [cast.rosa, Contact.objects.create()]
    for number in range(3):
        organization = Organization.objects.create(
            name=SOME_TEXT[number], domains=["example.net"] if number else [], tier=["", *TIERS][number]
        )
        contact = Contact.objects.create(
            name=SOME_TEXT[number], organization=organization, language="de", is_blocked=number == 1,
            tier=["", *TIERS][number],
        )  # fmt: skip
        Identity.objects.create(contact=contact, kind="email", value=f"Somebody{number}@example.net")
        Identity.objects.create(contact=contact, kind="telegram", value=f"{number}")
        contacts.append(contact)
    Inbox.objects.filter(pk=cast.mail.pk).update(brand=Brand.objects.create(name="Acme"))
    hours = BusinessHours.objects.create(name="Office")
    OpenInterval.objects.create(
        hours=hours, starts_at=AT - timedelta(hours=3), ends_at=AT + timedelta(hours=5), open_before=10**15
    )
    made = [_random_ticket(cast, dice, dice.choice(contacts)) for _ in range(size)]
    fresh = Ticket.objects.select_related("contact", "organization").filter(pk__in=[one.pk for one in made])
    return list(fresh.order_by("pk"))


def samples(fact: Fact) -> Sequence[Any]:
    """Values to test the fact with: what the crowd has, and what it has not."""
    choices = [value for value, _ in fact.choices()]
    if fact.key == "number":
        return [*Ticket.objects.order_by("pk").values_list("number", flat=True)[:2], 999_999_999]
    if fact.kind is ID:
        return [*(int(choice) for choice in choices[:4]), 1, 999_999]
    if fact.key == "rating":
        return [1, 2, 3, 5]
    if fact.kind in (NUMBER, HOURS_SINCE):
        return [0, 1, 2.5, 3, 12, 24, 1000]
    if fact.kind is FLAG:
        return [True, False]
    if fact.kind is DAY:
        return ["2026-01-31", "2026-06-30"]
    if fact.kind is TEXT or isinstance(fact.kind, AnyText):
        return [*SOME_TEXT, "REFUND", "a", "%", "_", "rosa@example.net", "STRASSE", "Straße", "σ"]
    if choices:
        return [*choices, "nowhere"]
    if isinstance(fact.kind, Words):
        return [*TAGS, *SKILLS, "example.net"]
    return ["email", "webchat", "de", "en", *TIERS]


def _random_ticket(cast: Cast, dice: random.Random, contact: Contact) -> Ticket:
    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.5 else None

    def before() -> datetime:
        return AT - timedelta(hours=dice.choice(HOURS))

    fields = {
        "plan": maybe(dice.choice(["Gold", "Free plan"])),
        "seats": maybe(dice.choice([0, 1, 2.5, 12])),
        "renewal": maybe(dice.choice(["2026-01-31", "2026-02-01", "2027-01-01"])),
        "trial": maybe(dice.random() < 0.5),
        "areas": maybe(dice.sample(["North", "East"], dice.choice([1, 2]))),
        "remark": maybe(dice.choice(SOME_TEXT)),
    }
    ticket = Ticket.objects.create(
        subject=maybe(dice.choice(SOME_TEXT)) or "",
        status=dice.choice(Status.values),
        priority=dice.choice(Priority.values),
        inbox=dice.choice([cast.mail, cast.chat]),
        channel=dice.choice(["email", "webchat"]),
        contact=contact,
        organization=maybe(contact.organization),
        team=maybe(cast.support),
        assignee=maybe(cast.ana),
        tags=dice.sample(TAGS, dice.choice([0, 1, 2])),
        skills=dice.sample(SKILLS, dice.choice([0, 1, 2])),
        fields={key: value for key, value in fields.items() if value is not None},
        created_at=before(),
        last_message_at=before(),
        last_inbound_at=maybe(before()),
        waiting_since=maybe(before()),
        sla_breached=dice.random() < 0.3,
        sla_metric=maybe("resolution") or "",
        message_count=dice.choice([0, 1, 3]),
        last_public_seq=dice.choice([1, 2]),
        last_seq=2,
    )
    # A trigger wrote both when the row was made.
    Ticket.objects.filter(pk=ticket.pk).update(status_since=before(), assignee_since=before())
    for seq in (1, 2):
        if dice.random() < 0.8:
            _random_message(ticket, seq, dice)
    if dice.random() < 0.5:
        _random_rating(ticket, dice)
    return ticket


def _random_message(ticket: Ticket, seq: int, dice: random.Random) -> None:
    sender = dice.choice([{}, {"from": {}}, {"from": {"address": ""}}, {"from": {"address": "rosa@example.net"}}])
    Message.objects.create(
        ticket=ticket,
        seq=seq,
        kind=MessageKind.REPLY,
        direction=dice.choice(Direction.values),
        channel=dice.choice(["email", "webchat"]),
        inbox=ticket.inbox,
        text=dice.choice(["", *SOME_TEXT]),
        subject=dice.choice(["", *SOME_TEXT]),
        is_automatic=dice.random() < 0.5,
        has_attachments=dice.random() < 0.5,
        recipients=sender,
        delivery=dice.choice([Delivery.NONE, Delivery.SENT, Delivery.RETRACTED]),
    )


def _random_rating(ticket: Ticket, dice: random.Random) -> None:
    """A former one that counts no more, the newest, and perhaps somebody who takes care of it."""
    for is_latest in (False, True):
        request = SurveyRequest.objects.create(ticket=ticket, state="answered")
        rating = Rating.objects.create(
            request=request, ticket=ticket, is_latest=is_latest, score=dice.choice([1, 2, 3, 5]),
            comment=dice.choice(["", *SOME_TEXT]),
        )  # fmt: skip
        if dice.random() < 0.7:
            due_at, closed_at = AT + timedelta(hours=dice.choice([-1, 1])), dice.choice([None, None, AT])
            Recovery.objects.create(rating=rating, ticket=ticket, due_at=due_at, closed_at=closed_at)
