"""A desk whose channels can do everything, a survey that asks at once, and a resolved ticket."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.events.catalogue import Actor
from csat.models import Rating, Survey, SurveyRequest
from csat.selectors.asked import request_for
from csat.services.asking import ask_due
from csat.services.surveys import SurveyDraft, save_survey
from people.models import Agent, Team
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes, plain_channel
from tickets.models import Inbox, Message, Ticket
from tickets.services import changes


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@dataclass
class Desk:
    agent: Agent
    lead: Agent
    team: Team
    inbox: Inbox
    survey: Survey

    def solved(self, text: str = "It does not work.") -> Ticket:
        """A customer's question, answered and resolved."""
        ticket = customer_writes(self.inbox, text)
        agent_replies(ticket, self.agent)
        changes.set_status(ticket, status="resolved", actor=self.agent.as_actor())
        ticket.refresh_from_db()
        return ticket

    def asked(self) -> tuple[Ticket, str]:
        """The same, with the question sent; the secret of its link."""
        ticket = self.solved()
        ask_due()
        return ticket, token_in(question_of(ticket))


def question_of(ticket: Ticket) -> Message:
    return Message.objects.get(ticket=ticket, is_automatic=True, direction="out")


def token_in(message: Message) -> str:
    return message.text.partition("/rate/")[2].partition("/")[0]


def request_of(token: str) -> SurveyRequest:
    found = request_for(token)
    assert found is not None
    return found


def reopen(ticket: Ticket, agent: Agent) -> None:
    changes.set_status(ticket, status="open", actor=agent.as_actor())


def newest(ticket: Ticket) -> Rating:
    return Rating.objects.get(ticket=ticket, is_latest=True)


def rule() -> Actor:
    return Actor(kind="rule", id=1, name="A rule", cause="rule:1", depth=1)


@pytest.fixture
def desk(db: None) -> Desk:
    agent, lead = an_agent("Mia Winter"), an_agent("Lea Lead")
    team = a_team("Support", agent, lead, lead=lead)
    survey = save_survey(SurveyDraft(name="After every ticket", delay_minutes=0))
    return Desk(agent, lead, team, an_inbox(default_team=team), survey)
