"""Managers set promises, hours, rules and macros; others may not; what is wrong is said at its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Agent, Role, Team
from routing.models import Macro
from routing.services.defaults import make_defaults
from sla.models import BusinessHours, Policy
from tests.desk import an_agent, an_inbox, customer_writes
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

PAGES = (
    "settings-promises", "settings-policy-new", "settings-hours-new",
    "settings-rules", "settings-rule-new", "settings-agents",
)  # fmt: skip


@pytest.fixture
def manager() -> Agent:
    return an_agent("Mona Manager", role=Role.MANAGER)


@pytest.fixture
def desk(client: Client, manager: Agent) -> Client:
    client.force_login(manager)
    return client


def post(desk: Client, page: str, values: dict[str, Any], *args: int) -> int:
    return desk.post(reverse(f"workspace:{page}", args=args), values).status_code


@pytest.mark.parametrize("page", PAGES)
def test_manager_opens_the_page_and_agents_do_not(desk: Client, page: str) -> None:
    make_defaults()
    assert desk.get(reverse(f"workspace:{page}")).status_code == 200
    desk.force_login(an_agent("Mia"))
    assert desk.get(reverse(f"workspace:{page}")).status_code == 403


def test_manager_sets_hours_and_sees_them_again(desk: Client) -> None:
    values = {
        "name": "Shop", "time_zone": "Europe/Berlin", "day_0": "09:00-12:00, 13:00 - 17:30", "day_4": "22:00-06:00",
        "holidays": "2026-12-25 Christmas Day\n2027-01-01",
    }  # fmt: skip
    assert post(desk, "settings-hours-new", values) == 302
    hours = BusinessHours.objects.get()
    assert hours.periods == [[0, 540, 720], [0, 780, 1050], [4, 1320, 1800]]
    page = desk.get(reverse("workspace:settings-hours", args=[hours.pk])).content.decode()
    assert "09:00-12:00, 13:00-17:30" in page
    assert "22:00-06:00" in page
    assert "2026-12-25 Christmas Day" in page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day_0": "nine to five"}, "is no period"),
        ({"day_0": "25:00-26:00"}, "is no time of day"),
        ({"day_0": ""}, "Open at least once a week"),
        ({"holidays": "Christmas"}, "does not begin with a date"),
    ],
)
def test_wrong_hours_are_refused_with_a_sentence(desk: Client, wrong: dict[str, str], sentence: str) -> None:
    values = {"name": "Shop", "time_zone": "UTC", "day_0": "09:00-17:00", **wrong}
    answer = desk.post(reverse("workspace:settings-hours-new"), values)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not BusinessHours.objects.exists()


def test_manager_edits_a_policy(desk: Client) -> None:
    make_defaults()
    policy = Policy.objects.get()
    values = {
        "name": "Standard", "position": "10", "warnings": "80 %, 15m", "is_active": "on",
        "c0-group": "all", "c0_0-fact": "tags", "c0_0-op": "in", "c0_0-value": "VIP, gold",
        "target_first_response_normal": "1h 30m", "target_resolution_urgent": "2d", "target_update_high": "4h",
        "pauses_on": ["pending", "snoozed"], "paused_metrics": ["resolution"],
        "step_0_after": "30m", "step_0_action": "notify_managers", "step_1_action": "notify_assignee",
    }  # fmt: skip
    assert post(desk, "settings-policy", values, policy.pk) == 302
    policy.refresh_from_db()
    assert (policy.version, policy.hours) == (2, None)
    assert policy.conditions == {"all": [{"fact": "tags", "op": "in", "value": ["VIP", "gold"]}]}
    assert (policy.pauses_on, policy.paused_metrics) == (["pending", "snoozed"], ["resolution"])
    assert policy.escalation == [
        {"after_minutes": 0, "action": "notify_assignee"},
        {"after_minutes": 30, "action": "notify_managers"},
    ]
    targets = {(t.metric, t.priority): (t.seconds, t.warn_after) for t in policy.targets.all()}
    assert targets == {
        ("first_response", "normal"): (5400, [4320, 4500]),
        ("resolution", "urgent"): (172_800, [138_240, 171_900]),
        ("update", "high"): (14_400, [11_520, 13_500]),
    }
    page = desk.get(reverse("workspace:settings-policy", args=[policy.pk])).content.decode()
    assert "1h 30m" in page
    assert "First response at normal: 4h → 1h 30m" in page


def test_manager_tries_a_policy_out(desk: Client) -> None:
    make_defaults()
    address = reverse("workspace:settings-policy", args=[Policy.objects.get().pk])
    page = desk.get(address, {"at": "2026-06-05T16:50", "priority": "high"}).content.decode()
    assert "Mon 8 Jun 2026, 09:50" in page


def test_manager_puts_a_policy_away_and_takes_it_back(desk: Client) -> None:
    make_defaults()
    policy = Policy.objects.get()
    for what, is_archived in (("archive", True), ("restore", False)):
        assert post(desk, "settings-policy-put-away", {"what": what}, policy.pk) == 302
        policy.refresh_from_db()
        assert (policy.archived_at is not None) is is_archived
    assert post(desk, "settings-policy-put-away", {"what": "delete"}, policy.pk) == 302
    assert not Policy.objects.exists()


def test_manager_sets_the_days_that_are_different(desk: Client) -> None:
    team = Team.objects.create(name="Nights")
    values = {
        "name": "Shop", "time_zone": "Europe/Berlin", "day_0": "09:00-17:00", "country": "DE", "region": "by",
        "holidays": "2026-12-24 09:00-12:00 Christmas Eve\n2026-12-28 Stocktaking", "team_ids": [str(team.pk)],
        "is_default": "on",
    }  # fmt: skip
    assert post(desk, "settings-hours-new", values) == 302
    hours = BusinessHours.objects.get()
    days = {day.date.isoformat(): (day.source, day.periods) for day in hours.holidays.filter(date__year=2026)}
    assert days["2026-12-24"] == ("own", [[540, 720]])
    assert days["2026-12-28"] == ("own", [])
    assert days["2026-06-04"][0] == "country"
    assert (hours.is_default, hours.uses.get().team) == (True, team)
    page = desk.get(reverse("workspace:settings-hours", args=[hours.pk])).content.decode()
    assert "2026-12-24 09:00-12:00 Christmas Eve" in page
    assert post(desk, "settings-hours", {**values, "region": "XX"}, hours.pk) == 422
    assert post(desk, "settings-hours-remove", {"what": "hours"}, hours.pk) == 302
    assert not BusinessHours.objects.exists()


def test_policy_without_a_target_is_refused(desk: Client) -> None:
    values = {"name": "Empty", "position": "1", "warnings": "75 %"}
    assert post(desk, "settings-policy-new", values) == 422
    assert post(desk, "settings-policy-new", {**values, "target_resolution_low": "soon"}) == 422


def test_two_policies_cannot_share_a_name(desk: Client) -> None:
    values = {"name": "Gold", "position": "1", "warnings": "75 %", "target_resolution_low": "4h"}
    assert [post(desk, "settings-policy-new", values) for _ in range(2)] == [302, 422]


def test_agent_runs_a_macro_on_selected_tickets(client: Client) -> None:
    make_defaults()
    mia = an_agent("Mia Winter")
    client.force_login(mia)
    tickets = [customer_writes(an_inbox()) for _ in range(2)]
    wait = Macro.objects.get(name="Wait for the customer")
    offered = client.get(reverse("workspace:options")).json()["macros"]
    assert str(wait.pk) in {choice["id"] for choice in offered}
    ids = ",".join(str(ticket.pk) for ticket in tickets)
    answer = client.post(reverse("workspace:bulk", args=["macro"]), {"ids": ids, "macro": str(wait.pk)})
    assert answer.json()["done"] == 2
    assert set(Ticket.objects.values_list("status", flat=True)) == {"pending"}
    answer = client.post(reverse("workspace:bulk", args=["macro"]), {"ids": ids, "macro": "0"})
    assert answer.json()["refused"][0]["message"] == "This macro is gone."


def test_manager_sets_how_much_an_agent_holds_and_knows(desk: Client) -> None:
    mia = an_agent("Mia Winter")
    assert post(desk, "settings-agent", {"capacity": "7", "skills": "German,  Credit Cards,german"}, mia.pk) == 302
    mia.refresh_from_db()
    assert (mia.capacity, mia.skills) == (7, ["german", "credit-cards"])
    assert "german, credit-cards" in desk.get(reverse("workspace:settings-agents")).content.decode()
    assert post(desk, "settings-agent", {"capacity": "-1"}, mia.pk) == 422
    desk.force_login(mia)
    assert post(desk, "settings-agent", {"capacity": "1"}, mia.pk) == 403
