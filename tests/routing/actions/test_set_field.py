"""The action that answers a custom field."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from routing.actions import ACTIONS
from tests.desk import customer_writes, rule_actor
from tests.routing.doing import do
from tickets.models import CustomField, Inbox


@pytest.fixture(autouse=True)
def areas(db: None) -> CustomField:
    return CustomField.objects.create(key="areas", label="Areas", kind="choices", choices=["North", "East"])


def test_rule_sets_and_clears_a_field(inbox: Inbox) -> None:
    ticket = do("set_field", customer_writes(inbox), field="areas", value="East, North")
    assert ticket.fields == {"areas": ["North", "East"]}
    assert do("set_field", ticket, field="areas", value="").fields == {}


def test_value_that_does_not_fit_is_refused_when_the_rule_is_saved() -> None:
    with pytest.raises(Invalid) as refusal:
        ACTIONS["set_field"].clean({"field": "areas", "value": "West"})
    assert list(refusal.value.fields) == ["value"]


def test_field_that_is_gone_is_told(inbox: Inbox, areas: CustomField) -> None:
    ticket = customer_writes(inbox)
    params = ACTIONS["set_field"].clean({"field": "areas", "value": "East"})
    areas.delete()
    with pytest.raises(Invalid):
        ACTIONS["set_field"].apply(ticket, params, rule_actor())
