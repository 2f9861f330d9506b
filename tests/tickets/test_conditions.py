"""The condition language: what is understood, what is refused, and that lists and reactions agree on every row."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import run
from core.errors import Invalid
from people.models import Contact, Identity, Organization
from tests.cast import Cast
from tickets.conditions import Occasion, checked, findings, for_viewer, holds, in_words, sql_of, where
from tickets.conditions.kinds import DAY, FLAG, HOURS_SINCE, ID, NUMBER, TEXT, AnyText, Words
from tickets.conditions.language import OPPOSITES
from tickets.conditions.registry import fact_named, facts
from tickets.conditions.words import WITH_LIST
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

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOME_TEXT = ("Refund", "refund please", "50% _off_", "Ärger, straße", "ΣΊΣΥΦΟΣ ς", "back\\slash", "Где мой заказ", "x")
TAGS = ("vip", "press", "billing-eu")


def case(fact: str, op: str, value: object = None) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


def holds_now(ticket: Ticket, conditions: dict[str, Any]) -> bool:
    """Decided in memory, after both ways were seen to agree."""
    in_memory = holds(conditions, Occasion(ticket, at=AT))
    assert Ticket.objects.filter(where(conditions, at=AT), pk=ticket.pk).exists() is in_memory
    return in_memory


def make_ticket(cast: Cast, **values: Any) -> Ticket:
    defaults: dict[str, Any] = {"inbox": cast.mail, "channel": "email", "contact": cast.rosa, "subject": "Refund"}
    ticket = Ticket.objects.create(**{**defaults, "created_at": AT - timedelta(hours=5), **values})
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (case("priority", "is", "high"), True),
        (case("priority", "not_in", ["high", "low"]), False),
        (case("team", "is_set"), False),
        (case("team", "is_not", 7), True),
        (case("tags", "in", ["VIP", "press"]), True),
        (case("tags", "is_not", "vip"), False),
        (case("subject", "contains", "ÄRGER"), True),
        (case("subject", "starts_with", "ärger"), True),
        (case("subject", "contains", "%"), False),
        (case("opened_hours", "greater", 4.5), True),
        (case("opened_hours", "less", "4"), False),
        (case("waiting_hours", "greater", 0), False),
        (case("contact_address", "contains", "@EXAMPLE.net"), True),
        (case("contact_address", "not_contains", "@example.org"), True),
        (case("organization_name", "contains", "x"), False),
        (case("organization_domain", "is_set"), False),
        (case("weekday", "is", "1"), True),
        (case("hour", "less", 9), False),
        (case("text", "contains", "x"), False),
        (case("text", "is_not_set"), True),
        (case("is_automatic", "is", "false"), True),
        (case("field:plan", "is", "Gold"), True),
        (case("field:seats", "greater", 4), True),
        (case("field:seats", "is_not", 5), False),
        (case("field:renewal", "less", "2026-12-31"), True),
        (case("field:trial", "is", False), True),
        (case("field:areas", "in", ["North", "East"]), True),
        (case("field:remark", "contains", "nothing"), False),
        (case("field:remark", "not_contains", "nothing"), True),
        (case("field:remark", "is_not_set"), True),
        (case("field:gone", "is_not", "x"), True),
        (case("gone", "is", "x"), False),
    ],
)
def test_single_tests_hold_as_people_expect(cast: Cast, custom: None, test: dict[str, Any], expected: bool) -> None:
    ticket = make_ticket(
        cast,
        priority="high",
        tags=["vip"],
        subject="Ärger mit der Rechnung",
        fields={"plan": "Gold", "seats": 5, "renewal": "2026-06-30", "areas": ["North"]},
    )
    assert holds_now(ticket, test) is expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"any": []}, True),
        ({"none": [{}]}, False),
        ({"any": [{}]}, True),
        ({"all": [case("priority", "is", "high")], "none": [case("tags", "is", "vip")]}, False),
        ({"any": [case("priority", "is", "low"), {"all": [case("tags", "is", "vip"), {"none": []}]}]}, True),
    ],
)
def test_groups_nest(cast: Cast, conditions: dict[str, Any], expected: bool) -> None:
    assert holds_now(make_ticket(cast, priority="high", tags=["vip"]), conditions) is expected


def test_ticket_without_an_organization_is_in_no_tier_wherever_the_test_stands(cast: Cast) -> None:
    not_gold = case("organization_tier", "is_not", "gold")
    never = {"none": [{}, case("organization", "is_not_set")]}
    assert holds_now(make_ticket(cast), {"any": [never, not_gold]})


@pytest.mark.parametrize(
    ("conditions", "at"),
    [
        ({"some": []}, "conditions/some"),
        ({"all": "x"}, "conditions/all"),
        ({"all": [case("colour", "is", "red")]}, "conditions/all/0/fact"),
        ({"all": [case("status", "greater", "red")]}, "conditions/all/0/op"),
        ({"any": [case("team", "is", "Sales")]}, "conditions/any/0/value"),
        ({"any": [case("team", "is", None)]}, "conditions/any/0/value"),
        ({"all": [case("tags", "in", "vip")]}, "conditions/all/0/value"),
        ({"all": [case("opened_hours", "greater", "soon")]}, "conditions/all/0/value"),
        ({"all": [case("assignee", "is", "me")]}, "conditions/all/0/value"),
        (
            {"any": [{"all": [{"all": [{"all": [{"all": [{"all": [{}]}]}]}]}]}]},
            "conditions/any/0/all/0/all/0/all/0/all/0/all/0",
        ),
        ([], "conditions"),
    ],
)
def test_what_is_not_understood_is_refused_where_it_stands(conditions: Any, at: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(conditions)
    assert list(refusal.value.fields) == [at]


def test_facts_of_an_event_are_no_use_to_a_list(cast: Cast) -> None:
    checked({"all": [case("is_new", "is", "true")]})
    with pytest.raises(Invalid):
        checked({"all": [case("is_new", "is", "true")]}, listing=True)


def test_me_and_mine_mean_the_one_who_looks(cast: Cast) -> None:
    conditions = checked({"all": [case("assignee", "is", "me"), case("team", "is", "mine")]}, listing=True)
    mine = make_ticket(cast, assignee=cast.ana, team=cast.support)
    make_ticket(cast, assignee=cast.ben, team=cast.support)
    make_ticket(cast, assignee=cast.ana, team=cast.legal)
    assert list(Ticket.objects.filter(where(for_viewer(conditions, cast.ana)))) == [mine]
    assert not Ticket.objects.filter(where(for_viewer(conditions, cast.mona))).exists()


def test_words_say_what_data_means(cast: Cast) -> None:
    conditions = {
        "all": [
            case("team", "is", cast.support.pk),
            {"any": [case("priority", "in", ["high", "urgent"]), case("tags", "is", "vip")]},
        ],
        "none": [case("contact_blocked", "is", True)],
    }
    assert in_words(conditions) == (
        "Team is Support and (Priority is one of High, Urgent or Tags is vip) and none of (Contact is blocked: yes)"
    )
    ticket = make_ticket(cast, team=cast.support)
    told = findings(conditions, Occasion(ticket, at=AT))
    assert told[1] == {"test": "Priority is one of High, Urgent", "seen": "Normal", "held": False}


def test_sql_text_finds_the_same_rows(cast: Cast) -> None:
    ticket = make_ticket(cast, subject="100% sure")
    make_ticket(cast)
    sql, params = sql_of({"all": [case("subject", "contains", "100%")]}, at=AT)
    assert run([(sql, params)]) == [(ticket.pk,)]
    sql, params = sql_of({"all": [case("weekday", "is", "7")]}, at=AT)
    assert run([(sql, params)]) == []


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_lists_and_reactions_agree_on_every_ticket(crowd: list[Occasion], data: st.DataObject) -> None:
    conditions = data.draw(some_conditions())
    checked(conditions)
    listed = set(Ticket.objects.filter(where(conditions, at=AT)).values_list("pk", flat=True))
    assert listed == {occasion.ticket.pk for occasion in crowd if holds(conditions, occasion)}


@st.composite
def some_conditions(draw: st.DrawFn, depth: int = 0) -> dict[str, Any]:
    if depth and (depth > 3 or draw(st.booleans())):
        return draw(some_test())
    groups = draw(st.sets(st.sampled_from(["all", "any", "none"]), max_size=2))
    return {group: draw(st.lists(some_conditions(depth=depth + 1), max_size=3)) for group in sorted(groups)}


@st.composite
def some_test(draw: st.DrawFn) -> dict[str, Any]:
    fact = draw(st.sampled_from([fact for fact in facts() if fact.is_listable]))
    op = draw(st.sampled_from(fact.kind.operators))
    one = draw(st.just(_values(fact.key)))
    value: Any = None
    if OPPOSITES.get(op, op) != "is_set":
        value = draw(st.lists(one, min_size=1, max_size=3)) if op in WITH_LIST else draw(one)
    return case(fact.key, op, value)


def _values(key: str) -> st.SearchStrategy[Any]:
    fact = fact_named(key)
    assert fact is not None
    choices = [value for value, _ in fact.choices()]
    if fact.kind is ID:
        return st.sampled_from([*(int(choice) for choice in choices[:4]), 1, 999_999])
    if fact.kind in (NUMBER, HOURS_SINCE):
        return st.sampled_from([0, 1, 2.5, 3, 12, 24, 1000])
    if fact.kind is FLAG:
        return st.booleans()
    if fact.kind is DAY:
        return st.sampled_from(["2026-01-31", "2026-06-30"])
    if fact.kind is TEXT or isinstance(fact.kind, AnyText):
        return st.sampled_from([*SOME_TEXT, "REFUND", "a", "%", "_", "rosa@example.net", "STRASSE", "Straße", "σ"])
    if choices:
        return st.sampled_from([*choices, "nowhere"])
    return st.sampled_from([*TAGS, "example.net"] if isinstance(fact.kind, Words) else ["email", "webchat", "de", "en"])


@pytest.fixture
def custom() -> None:
    for key, kind, choices in (
        ("plan", "choice", ["Gold", "Free plan"]),
        ("seats", "number", []),
        ("renewal", "date", []),
        ("trial", "flag", []),
        ("areas", "choices", ["North", "East"]),
        ("remark", "text", []),
    ):
        CustomField.objects.create(key=key, label=key.capitalize(), kind=kind, choices=choices)


@pytest.fixture
def crowd(cast: Cast, custom: None) -> list[Occasion]:
    """Sixty tickets of every sort, some with messages, half without what can be missing."""
    dice = random.Random(7)
    contacts = [cast.rosa, Contact.objects.create()]
    for number in range(3):
        organization = Organization.objects.create(name=SOME_TEXT[number], domains=["example.net"] if number else [])
        contact = Contact.objects.create(
            name=dice.choice(SOME_TEXT), organization=organization, language="de", is_blocked=number == 1
        )
        Identity.objects.create(contact=contact, kind="email", value=f"Somebody{number}@example.net")
        Identity.objects.create(contact=contact, kind="telegram", value=f"{number}")
        contacts.append(contact)
    Inbox.objects.filter(pk=cast.mail.pk).update(brand=Brand.objects.create(name="Acme"))
    made = [_random_ticket(cast, dice, dice.choice(contacts)) for _ in range(60)]
    fresh = Ticket.objects.select_related("contact", "organization").filter(pk__in=[ticket.pk for ticket in made])
    return [Occasion(ticket, at=AT) for ticket in fresh]


def _random_ticket(cast: Cast, dice: random.Random, contact: Contact) -> Ticket:
    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.5 else None

    def before() -> datetime:
        return AT - timedelta(hours=dice.choice([0, 1, 2.5, 3, 12, 24.25, 999]))

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
    for seq in (1, 2):
        if dice.random() < 0.8:
            _random_message(ticket, seq, dice)
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


def test_every_fact_is_on_the_page_about_conditions() -> None:
    page = (Path(django_settings.BASE_DIR) / "docs" / "rules.md").read_text(encoding="utf-8")
    missing = [fact.key for fact in facts() if f"| `{fact.key}` |" not in page]
    assert not missing, "Add these facts to docs/rules.md"
