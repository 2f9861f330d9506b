"""The condition language: what is understood, what is refused, and how it reads in words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from core.db import run
from core.errors import Invalid
from tests.cast import Cast
from tests.tickets.crowd import AT, make_custom_fields
from tickets.conditions import Occasion, checked, findings, for_viewer, holds, in_words, sql_of, where
from tickets.conditions.registry import facts
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def custom(db: None) -> None:
    make_custom_fields()


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


def test_every_fact_is_on_the_page_about_conditions() -> None:
    page = (Path(django_settings.BASE_DIR) / "docs" / "rules.md").read_text(encoding="utf-8")
    missing = [fact.key for fact in facts() if f"| `{fact.key}` |" not in page]
    assert not missing, "Add these facts to docs/rules.md"
