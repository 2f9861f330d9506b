"""Custom fields on the screens: managers define them, agents fill them in beside the ticket, lists filter by them."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast, new_ticket
from tickets.models import CustomField, Ticket

pytestmark = pytest.mark.django_db

PLAN = {"label": "Plan", "kind": "choice", "choices": "Gold\nFree", "position": "1", "is_active": "on"}


def url(name: str, *args: object) -> str:
    return reverse(f"workspace:{name}", args=args)


@pytest.fixture
def plan(cast: Cast, client: Client) -> CustomField:
    client.force_login(cast.mona)
    assert client.post(url("settings-field-new"), PLAN).status_code == 302
    client.force_login(cast.ana)
    return CustomField.objects.get()


def test_manager_defines_a_field_and_changes_it(cast: Cast, client: Client, plan: CustomField) -> None:
    client.force_login(cast.mona)
    assert "Gold, Free" in client.get(url("settings-fields")).content.decode()
    client.post(url("settings-field", plan.pk), {**PLAN, "choices": "Gold\nFree\nTin", "is_active": ""})
    plan.refresh_from_db()
    assert (plan.key, plan.kind, plan.choices, plan.is_active) == ("plan", "choice", ["Gold", "Free", "Tin"], False)
    for wrong in ({"choices": ""}, {"label": ""}, {}, {"key": "9 lives"}):
        refused = client.post(url("settings-field-new"), {**PLAN, **wrong})
        assert refused.status_code == 422
        assert 'class="errors"' in refused.content.decode()


def test_agent_answers_it_beside_the_ticket_and_takes_it_back(cast: Cast, client: Client, plan: CustomField) -> None:
    ticket = new_ticket(cast.mail)
    assert 'data-field="plan"' in client.get(url("ticket-side", ticket.number)).json()["side"]
    answer = client.post(url("ticket-change", ticket.number, "fields"), {"field": "plan", "value": "Gold"}).json()
    assert f"Ana Ruiz set {plan.label} to Gold" in answer["entries"]
    assert Ticket.objects.get().fields == {"plan": "Gold"}
    assert "<option selected>Gold</option>" in client.get(url("ticket-side", ticket.number)).json()["side"]
    (step,) = answer["undo"]
    client.post(url("ticket-change", ticket.number, "fields"), step)
    assert Ticket.objects.get().fields == {}
    refused = client.post(url("ticket-change", ticket.number, "fields"), {"field": "plan", "value": "Tin"})
    assert refused.status_code == 422


def test_light_agents_only_read_it(cast: Cast, client: Client, plan: CustomField) -> None:
    client.force_login(cast.lia)
    ticket = new_ticket(cast.mail)
    page = client.get(url("ticket-side", ticket.number)).json()["side"]
    assert "Plan" in page
    assert "data-field=" not in page


def test_list_filters_by_it(cast: Cast, client: Client, plan: CustomField) -> None:
    gold, other = new_ticket(cast.mail), new_ticket(cast.mail)
    client.post(url("ticket-change", gold.number, "fields"), {"field": "plan", "value": "Gold"})
    where = json.dumps({"all": [{"fact": "field:plan", "op": "is", "value": "Gold"}]})
    page = client.get(url("tickets"), {"where": where}).content.decode()
    assert f'data-ticket="{gold.pk}"' in page
    assert f'data-ticket="{other.pk}"' not in page
