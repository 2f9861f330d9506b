"""A desk with two agents and a team; any channel will do."""

from __future__ import annotations

import pytest

from people.models import Agent, Team
from routing.selectors import listening, situation
from tests.desk import a_team, an_agent, an_inbox, plain_channel
from tickets.models import Inbox


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)


@pytest.fixture(autouse=True)
def _fresh_memory() -> None:
    listening.forget()
    situation.forget()


@pytest.fixture
def mia(db: None) -> Agent:
    return an_agent("Mia Winter")


@pytest.fixture
def ben(db: None) -> Agent:
    return an_agent("Ben Sommer")


@pytest.fixture
def support(mia: Agent, ben: Agent) -> Team:
    return a_team("Support", mia, ben, lead=ben)


@pytest.fixture
def inbox(support: Team) -> Inbox:
    return an_inbox(default_team=support)
