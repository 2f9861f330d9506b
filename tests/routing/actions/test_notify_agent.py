"""The action that rings an agent's bell."""

from __future__ import annotations

from notifications.selectors.bell import bell_of
from people.models import Agent
from tests.desk import an_agent, customer_writes
from tests.routing.doing import do
from tickets.models import Inbox


def test_rule_notifies_the_lead_once_per_event(inbox: Inbox, ben: Agent) -> None:
    ticket = customer_writes(inbox)
    for _ in range(2):
        do("notify_agent", ticket, agent="lead", text="Look at this")
    assert [(line.kind, line.text) for line in bell_of(ben).notifications] == [("rule", "Look at this")]


def test_nobody_is_notified_when_nobody_is_meant(inbox: Inbox, ben: Agent) -> None:
    do("notify_agent", customer_writes(inbox), agent="assignee")
    assert bell_of(ben).notifications == []


def test_rule_notifies_the_whole_team_and_the_managers(inbox: Inbox, mia: Agent, ben: Agent) -> None:
    mona = an_agent("Mona", role="manager")
    ticket = customer_writes(inbox)
    do("notify_agent", ticket, agent="team", text="Look")
    assert [len(bell_of(agent).notifications) for agent in (mia, ben, mona)] == [1, 1, 0]
    do("notify_agent", ticket, agent="managers", text="Look")
    assert len(bell_of(mona).notifications) == 1
