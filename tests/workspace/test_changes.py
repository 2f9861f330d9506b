"""Changing tickets from their page and from the list, and taking it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from people.models import Team
from routing.models import Absence, Shift
from sla.services.hours import HoursDraft, save_hours
from tests.cast import Cast, new_ticket
from tests.workspace.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_agent_changes_everything_about_a_ticket(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    until = (now() + timedelta(days=1)).isoformat()
    for verb, values in {
        "assign": {"agent": str(cast.ben.pk)},
        "team": {"team": ""},
        "priority": {"priority": "urgent"},
        "subject": {"subject": "Refund of June"},
        "tags": {"add": "Refund, VIP"},
        "snooze": {"until": until},
        "follow": {"on": "1"},
        "status": {"status": "pending"},
    }.items():
        answer = ana.post(f"/tickets/{ticket.number}/change/{verb}/", values)
        assert answer.status_code == 200, (verb, answer.content)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.team, ticket.priority) == (cast.ben, None, "urgent")
    assert (ticket.subject, ticket.tags, ticket.status) == ("Refund of June", ["refund", "vip"], "pending")
    assert ticket.followers.filter(agent=cast.ana).exists()


def test_change_answers_with_what_the_screen_misses(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ticket.refresh_from_db()
    answer = sign_in(cast.ana).post(
        f"/tickets/{ticket.number}/change/status/", {"status": "resolved", "seq": str(ticket.last_seq)}
    )
    body = answer.json()
    assert "Open → Resolved" in body["entries"]
    assert "Reopen" in body["head"]
    assert body["undo"] == [{"verb": "status", "status": "open", "ids": str(ticket.pk)}]


@pytest.mark.parametrize(
    ("verb", "values", "field"),
    [
        ("status", {"status": "asleep"}, "status"),
        ("assign", {"agent": "x"}, "agent"),
        ("snooze", {"until": "yesterday"}, "until"),
        # In another zone it is a day that no calendar has: nobody could open the ticket again.
        ("snooze", {"until": "9999-12-31T23:59:59-14:00"}, "until"),
        ("snooze", {"until": "2099-01-01T00:00:00Z"}, "until"),
        ("subject", {"subject": "  "}, "subject"),
    ],
)
def test_wrong_value_is_refused_at_its_field(
    cast: Cast, sign_in: SignIn, verb: str, values: dict[str, str], field: str
) -> None:
    ticket = new_ticket(cast.mail)
    answer = sign_in(cast.ana).post(f"/tickets/{ticket.number}/change/{verb}/", values)
    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_light_agent_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    lia = sign_in(cast.lia)
    assert lia.post(f"/tickets/{ticket.number}/change/status/", {"status": "closed"}).status_code == 403
    refused = lia.post("/tickets/bulk/status/", {"ids": str(ticket.pk), "status": "closed"}).json()
    assert refused["done"] == 0
    assert refused["refused"][0]["number"] == ticket.number


def test_many_tickets_change_at_once_and_come_back(cast: Cast, sign_in: SignIn) -> None:
    tickets = [new_ticket(cast.mail, f"Question {number}") for number in range(3)]
    secret = new_ticket(cast.legal_mail)
    ana = sign_in(cast.ana)
    ids = ",".join(str(ticket.pk) for ticket in [*tickets, secret])
    body = ana.post("/tickets/bulk/priority/", {"ids": ids, "priority": "high"}).json()
    assert body["done"] == 3
    secret.refresh_from_db()
    assert secret.priority == "normal"
    for step in body["undo"]:
        ana.post(f"/tickets/bulk/{step['verb']}/", step)
    for ticket in tickets:
        ticket.refresh_from_db()
        assert ticket.priority == "normal"


def test_bulk_refuses_an_empty_or_endless_selection(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    assert ana.post("/tickets/bulk/wake/", {"ids": ""}).status_code == 422
    assert ana.post("/tickets/bulk/wake/", {"ids": ",".join(map(str, range(201)))}).status_code == 422
    assert ana.post("/tickets/bulk/explode/", {"ids": "1"}).status_code == 404
    assert ana.post("/bulk/preview/explode/", {}).status_code == 404
    assert ana.post("/bulk/start/explode/", {}).status_code == 404
    for way, value in (("preview", "asleep"), ("preview", "\x00"), ("start", "asleep")):
        assert ana.post(f"/bulk/{way}/status/", {"status": value}).status_code == 422
    assert ana.post("/bulk/preview/snooze/", {"until": "0001-01-01T00:00:00+14:00"}).status_code == 422


def test_agent_takes_the_next_and_is_told_when_nothing_waits(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    ana = sign_in(cast.ana)
    side = ana.get(f"/tickets/{ticket.number}/side/").json()["side"]
    assert "Nobody has it yet" in side
    answer = ana.post("/tickets/next/")
    assert answer.json() == {"number": ticket.number, "id": ticket.pk}
    ticket.refresh_from_db()
    assert ticket.assignee == cast.ana
    assert "Nobody has it yet" not in ana.get(f"/tickets/{ticket.number}/side/").json()["side"]
    nothing = ana.post("/tickets/next/")
    assert nothing.status_code == 404
    assert "Nothing waits" in nothing.content.decode()


def test_manager_says_how_a_team_hands_out(cast: Cast, sign_in: SignIn) -> None:
    helpers = Team.objects.create(name="Helpers")
    values = {
        "name": "Front",
        "strategy": "balanced",
        "ring_seconds": "20",
        "chat_wait_minutes": "4",
        "hand_back_minutes": "",
        "overflow_team": str(helpers.pk),
        "overflow_minutes": "9",
        "prefers_last_agent": "on",
    }
    mona = sign_in(cast.mona)
    assert mona.post("/settings/teams/new/", values).status_code == 302
    team = Team.objects.get(name="Front")
    assert (team.strategy, team.ring_seconds, team.chat_wait_minutes) == ("balanced", 20, 4)
    assert team.hand_back_minutes is None
    assert (team.overflow_team, team.overflow_minutes, team.prefers_last_agent) == (helpers, 9, True)
    refused = mona.post(f"/settings/teams/{team.pk}/", {**values, "overflow_team": str(team.pk), "ring_seconds": "-1"})
    assert refused.status_code == 422
    page = mona.get(f"/settings/teams/{team.pk}/").content.decode()
    assert "A chat rings for" in page


def test_manager_says_when_an_agent_works_and_is_on_leave(cast: Cast, sign_in: SignIn) -> None:
    hours = save_hours(HoursDraft(name="Early", time_zone="UTC", periods=[(0, 360, 840)]))
    mona, address = sign_in(cast.mona), f"/settings/agents/{cast.ana.pk}/shift/"
    assert mona.post(address, {"hours": str(hours.pk)}).status_code == 302
    assert Shift.objects.get(agent=cast.ana).hours == hours
    refused = mona.post(address, {"first_day": "2026-12-24", "last_day": "2026-12-01", "reason": ""})
    assert refused.status_code == 422
    assert "Not before the first day." in refused.content.decode()
    assert mona.post(address, {"first_day": "2026-12-24", "last_day": "2027-01-02"}).status_code == 302
    absence = Absence.objects.get(agent=cast.ana)
    page = mona.get(address).content.decode()
    assert "24 Dec 2026 to 2 Jan 2027" in page
    mona.post(f"/settings/agents/{cast.ana.pk}/absences/remove/", {"absence": str(absence.pk)})
    mona.post(address, {"hours": ""})
    assert not Absence.objects.exists()
    assert not Shift.objects.exists()
    assert sign_in(cast.ben).get(address).status_code == 403
