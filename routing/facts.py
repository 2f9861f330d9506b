"""What assignment adds to the condition language: whether the one who has the ticket is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from people.models import Agent
from routing.selectors.duty import Duty, duties_of
from tickets.conditions.facts import Choices, Fact
from tickets.conditions.kinds import WORD, FactValue
from tickets.conditions.occasion import Occasion
from tickets.conditions.registry import register

SWITCHED_OFF = "switched_off"
_WORDS: Choices = [
    ("here", "there"),
    ("busy", "busy"),
    ("away", "away"),
    ("offline", "not connected"),
    ("off_shift", "off shift"),
    ("on_leave", "on leave"),
    (SWITCHED_OFF, "switched off"),
]


class AssigneeStateFact(Fact):
    """Presence is known of this moment only; shifts and leaves of any."""

    def value(self, occasion: Occasion) -> FactValue:
        assignee = occasion.ticket.assignee
        return _states([assignee], occasion.at)[assignee.pk] if assignee else None

    def where(self, op: str, wanted: Any, at: datetime) -> Q:
        if op == "is_set":
            return Q(assignee__isnull=False)
        asked = set(wanted) if op == "in" else {wanted}
        states = _states(list(Agent.objects.all()), at)
        return Q(assignee__in=[agent_id for agent_id, state in states.items() if state in asked])


def _states(agents: list[Agent], at: datetime) -> dict[int, str]:
    duties = duties_of(agents, at)
    return {agent.pk: _word(duties[agent.pk]) if agent.is_active else SWITCHED_OFF for agent in agents}


def _word(duty: Duty) -> str:
    return duty.name.lower()


register(
    AssigneeStateFact("assignee_state", "Assignee's presence", WORD, section="Ticket", choices=lambda: list(_WORDS))
)
