"""The desk of a golden chapter: two teams in Berlin, nine to five, and a clock that ticks wherever it is moved to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import time_machine

from people.models import Agent, Role, Team
from sla.models import Clock
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from sla.tasks import tick_clocks
from tests.desk import a_team, an_agent, an_inbox
from tickets.models import Inbox, Ticket
from tickets.services import changes

BERLIN = ZoneInfo("Europe/Berlin")
# The clocks go forward on Sunday the 29th; Good Friday is 3 April.
FIRST_DAY, LAST_DAY = "2026-03-23", "2026-04-05"
HOUR = 3600

Figure = float | int | None


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026; day 32 is 1 April."""
    month, number = (3, day) if day <= 31 else (4, day - 31)
    return datetime(2026, month, number, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@dataclass
class Stage:
    """Mia and Ben of Support answer, Lena of Legal as well, Mona manages and reads the reports."""

    clock: time_machine.Traveller
    mia: Agent
    ben: Agent
    lena: Agent
    mona: Agent
    support: Team
    legal: Team
    shop: Inbox

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """It is then. Whatever fell due on the way is told at its time."""
        until = berlin(day, hour, minute)
        for halfway in _falling_due(until):
            self.clock.move_to(halfway)
            tick_clocks()
        self.clock.move_to(until)
        tick_clocks()

    def assign(self, ticket: Ticket, agent: Agent) -> None:
        changes.assign(ticket, agent=agent, actor=self.mona.as_actor())

    def set_status(self, ticket: Ticket, status: str, by: Agent) -> None:
        changes.set_status(ticket, status=status, actor=by.as_actor())


def _falling_due(until: datetime) -> list[datetime]:
    running = Clock.objects.filter(finished_at=None)
    moments = {moment for row in running.values_list("due_at", "escalate_at", "warn_at") for moment in row}
    return sorted(moment for moment in moments if moment < until)


def set_stage(clock: time_machine.Traveller) -> Stage:
    """First answers in 2 h, next ones in 4 h, solved in 16 h; half an hour after a miss the managers hear of it."""
    clock.move_to(berlin(23, 8))
    week = [(day, 9 * 60, 17 * 60) for day in range(5)]
    office = save_hours(HoursDraft(name="Office", time_zone=BERLIN.key, periods=week, country="DE", region="BE"))
    targets = {("first_response", "normal"): 2, ("next_response", "normal"): 4, ("resolution", "normal"): 16}
    save_policy(
        PolicyDraft(
            name="Golden",
            targets={key: hours * HOUR for key, hours in targets.items()},
            hours=office,
            escalation=({"after_minutes": 30, "action": "notify_managers"},),
        )
    )
    mia, ben, lena = an_agent("Mia Winter"), an_agent("Ben Sommer"), an_agent("Lena Herbst")
    mona = an_agent("Mona Manager", role=Role.MANAGER, time_zone=BERLIN.key)
    support, legal = a_team("Support", mia, ben), a_team("Legal", lena)
    return Stage(clock, mia, ben, lena, mona, support, legal, shop=an_inbox(default_team=support))
