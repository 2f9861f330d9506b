"""Waiting tickets that nobody could ever be given are told, with what to change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from core.clock import now
from helpdesk.doctor.promises import assignment
from people.models import Role, Team
from routing.models import Absence, Shift
from routing.selectors.stranded import stranded
from sla.models import OpenInterval
from sla.services.hours import HoursDraft, save_hours
from tests.desk import a_team, an_agent, an_inbox, customer_writes, rule_actor
from tickets.services import changes, skills

pytestmark = pytest.mark.django_db


def said() -> list[str]:
    return [f"{line.count} of {line.team}: {line.why}" for line in stranded()]


def test_operator_hears_of_tickets_that_ask_for_what_nobody_in_the_team_is() -> None:
    team = a_team("Front", an_agent(skills=["german"]), strategy="round_robin")
    inbox, private = an_inbox(default_team=team), an_inbox(default_team=team, is_private=True)
    fine, *asking = (customer_writes(inbox) for _ in range(3))
    for ticket in asking:
        skills.require_skills(ticket, skills=["german:2"], actor=rule_actor())
    skills.require_skills(fine, skills=["german"], actor=rule_actor())
    customer_writes(private)
    assert said() == [
        "2 of Front: nobody in the team is skilled in german:2",
        f"1 of Front: nobody in the team may see the inbox {private.name}",
    ]
    told = list(assignment())
    assert [finding.verdict.value for finding in told] == ["look", "look"]
    assert told[0].remedy == "give somebody the skill under Settings, Agents"


def test_operator_hears_of_teams_in_which_nobody_will_work() -> None:
    hours = save_hours(HoursDraft(name="Never", time_zone="UTC", periods=[(0, 0, 60)]))
    OpenInterval.objects.all().delete()
    ada, bob = an_agent("Ada One"), an_agent("Bob Two")
    team = a_team("Front", ada, bob, strategy="round_robin")
    customer_writes(an_inbox(default_team=team))
    Shift.objects.create(agent=ada, hours=hours)
    assert said() == []
    today = now().date()
    Absence.objects.create(agent=bob, first_day=today, last_day=today + timedelta(days=20))
    assert said() == ["1 of Front: nobody in the team who could take them has a shift in the next 14 days"]
    team.members.clear()
    assert said() == ["1 of Front: the team has no members who may answer"]


def test_manager_sees_on_the_teams_page_what_nobody_could_take(client: Client) -> None:
    client.force_login(an_agent("Mona", role=Role.MANAGER))
    ticket = customer_writes(an_inbox(default_team=a_team("Front", strategy="round_robin")))
    teamless = customer_writes(an_inbox())
    page = client.get("/settings/teams/").content.decode()
    assert "Nobody will ever be given 1 waiting ticket of Front" in page
    assert "Nobody will ever be given 1 waiting ticket<" in page
    Team.objects.update(strategy="manual")
    changes.set_status(ticket, status="resolved", actor=rule_actor())
    assert said() == [], f"{teamless} is anybody's where no team hands out"
