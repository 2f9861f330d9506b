"""The action that gives a ticket to an agent."""

from __future__ import annotations

from people.models import Agent, Team
from tests.desk import customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_gives_the_ticket_to_a_certain_agent(inbox: Inbox, mia: Agent) -> None:
    assert do("assign_agent", customer_writes(inbox), agent=str(mia.pk)).assignee == mia


def test_rule_gives_the_ticket_to_the_lead_and_takes_it_away_again(inbox: Inbox, ben: Agent) -> None:
    ticket = do("assign_agent", customer_writes(inbox), agent="lead")
    assert ticket.assignee == ben
    assert do("assign_agent", ticket, agent="nobody").assignee is None


def test_team_without_a_lead_keeps_its_assignee(inbox: Inbox, support: Team, mia: Agent) -> None:
    ticket = do("assign_agent", customer_writes(inbox), agent=str(mia.pk))
    Team.objects.filter(pk=support.pk).update(lead=None)
    ticket.refresh_from_db()
    assert do("assign_agent", ticket, agent="lead").assignee == mia
