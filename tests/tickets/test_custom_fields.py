"""Custom fields: managers define them, tickets hold typed answers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from core.errors import Conflict, Invalid, NotAllowed
from tests.cast import Cast, new_ticket
from tickets.models import Ticket, TicketChoice, TicketEvent
from tickets.selectors.custom_fields import answers
from tickets.services.custom_fields import FieldDraft, save_field, set_fields

pytestmark = pytest.mark.django_db


def define(cast: Cast, label: str, kind: str = "text", *choices: str) -> None:
    save_field(FieldDraft(label=label, kind=kind, choices=choices), by=cast.mona)


def test_manager_defines_a_field_and_agent_answers_it(cast: Cast) -> None:
    define(cast, "Order number")
    define(cast, "Seats", "number")
    ticket = new_ticket(cast.mail)
    changed = set_fields(ticket, values={"order_number": " A-17 ", "seats": "4"}, actor=cast.ana.as_actor())
    assert changed.fields == {"order_number": "A-17", "seats": 4} == Ticket.objects.get().fields
    event = TicketEvent.objects.get(kind="FieldsChanged")
    assert event.data == {
        "before": {"order_number": None, "seats": None},
        "after": {"order_number": "A-17", "seats": 4},
    }
    set_fields(ticket, values={"seats": ""}, actor=cast.ana.as_actor())
    assert Ticket.objects.get().fields == {"order_number": "A-17"}
    assert [(answer.custom.key, answer.shown) for answer in answers(Ticket.objects.get())] == [
        ("order_number", "A-17"),
        ("seats", ""),
    ]


def test_same_answer_writes_no_event(cast: Cast) -> None:
    define(cast, "Plan", "choice", "Gold", "Free")
    ticket = new_ticket(cast.mail)
    for _ in range(2):
        set_fields(ticket, values={"plan": "Gold"}, actor=cast.ana.as_actor())
    assert TicketEvent.objects.filter(kind="FieldsChanged").count() == 1


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("number", "2.5", 2.5),
        ("date", "2026-01-31", "2026-01-31"),
        ("flag", "true", True),
        ("flag", "false", False),
        ("choice", "Gold", "Gold"),
        ("choices", ["Free", "Gold"], ["Gold", "Free"]),
        ("choices", [], None),
        ("text", "  ", None),
    ],
)
def test_answers_are_typed(cast: Cast, kind: str, given: Any, kept: Any) -> None:
    define(cast, "It", kind, *(("Gold", "Free") if kind.startswith("choice") else ()))
    ticket = set_fields(new_ticket(cast.mail), values={"it": given}, actor=cast.ana.as_actor())
    assert ticket.fields.get("it") == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "many"),
        ("number", "nan"),
        ("date", "soon"),
        ("flag", "maybe"),
        ("choice", "Tin"),
        ("choices", ["Tin"]),
    ],
)
def test_wrong_answers_are_refused_at_their_field(cast: Cast, kind: str, given: Any) -> None:
    define(cast, "It", kind, *(("Gold",) if kind.startswith("choice") else ()))
    with pytest.raises(Invalid) as refusal:
        set_fields(new_ticket(cast.mail), values={"it": given}, actor=cast.ana.as_actor())
    assert list(refusal.value.fields) == ["field:it"]


def test_fields_need_a_manager_a_key_and_choices(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        save_field(FieldDraft(label="Plan"), by=cast.ana)
    for draft in (FieldDraft(label=" "), FieldDraft(label="計画"), FieldDraft(label="Plan", kind="choice")):
        with pytest.raises(Invalid):
            save_field(draft, by=cast.mona)
    define(cast, "Plan")
    with pytest.raises(Conflict):
        define(cast, "Plan")


def test_light_agents_answer_no_fields(cast: Cast) -> None:
    define(cast, "Plan")
    with pytest.raises(NotAllowed):
        set_fields(new_ticket(cast.mail), values={"plan": "Gold"}, actor=cast.lia.as_actor())


def test_values_that_an_index_tells_follow_every_change_of_a_ticket(cast: Cast) -> None:
    define(cast, "Area", "choice", "Billing", "Login")
    define(cast, "Parts", "choices", "Lid", "Box")
    define(cast, "Paid", "flag")
    define(cast, "Words")
    define(cast, "Seats", "number")

    def told() -> set[tuple[str, str]]:
        return set(TicketChoice.objects.values_list("key", "value"))

    ticket = Ticket.objects.create(subject="Order", inbox=cast.mail, channel="email", contact=cast.rosa)
    row = Ticket.objects.filter(pk=ticket.pk)
    row.update(fields={"area": "Billing", "parts": ["Lid", "Box"], "paid": True, "words": "w" * 600, "later": "a"})
    listed = {("area", "Billing"), ("parts", "Lid"), ("parts", "Box"), ("paid", "true")}
    assert told() == {*listed, ("words", "w" * 500)}
    row.update(fields={"area": "Login", "parts": ["Box"], "seats": 2.5, "later": "a"})
    assert told() == {("area", "Login"), ("parts", "Box"), ("seats", "2.5")}
    define(cast, "Later", "choice", "a")
    assert told() == {("area", "Login"), ("parts", "Box"), ("seats", "2.5"), ("later", "a")}
    # What no form writes is there without a value, and no number.
    odds: list[Any] = ["two", None, 10**400, [], {"a": 1}]
    for odd in odds:
        row.update(fields={"seats": odd, "parts": []})
        assert told() == {("seats", ""), ("parts", "")}
    row.delete()
    assert told() == set()


def test_values_of_tickets_that_were_there_before_the_upgrade_are_filled_in(cast: Cast) -> None:
    define(cast, "Area", "choice", "Billing", "Login")
    define(cast, "Parts", "choices", "Lid", "Box")
    define(cast, "Seats", "number")
    tickets = [new_ticket(cast.mail) for _ in range(3)]
    for ticket, fields in zip(
        tickets, ({"area": "Billing", "parts": ["Lid", "Box"]}, {"area": "Login", "seats": 3}, {}), strict=True
    ):
        Ticket.objects.filter(pk=ticket.pk).update(fields=fields)
    rows = TicketChoice.objects.values_list("ticket_id", "key", "value")
    told = set(rows)
    for name in ("0014_choices_of_tickets_that_are_there", "0016_values_of_tickets_that_are_there"):
        TicketChoice.objects.filter(key="area").delete()
        migration = import_module(f"tickets.migrations.{name}")
        for _ in range(2):
            migration.fill(None, connection.schema_editor())
        assert len(told) == 5
        assert set(rows.all()) == told
