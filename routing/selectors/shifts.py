"""When an agent works, as the settings show it."""

from __future__ import annotations

from collections.abc import Sequence

from people.models import Agent
from routing.models import Absence, Shift


def shift_of(agent: Agent) -> Shift | None:
    return Shift.objects.filter(agent=agent).first()


def absences_of(agent: Agent) -> Sequence[Absence]:
    return list(Absence.objects.filter(agent=agent))
