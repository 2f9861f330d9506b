"""Changes that agents make to how they appear and how their desk behaves."""

from __future__ import annotations

from zoneinfo import available_timezones

from core.errors import Invalid
from people.models import Agent

UNDO_CHOICES = (0, 5, 10, 20, 30)


def update_profile(
    agent: Agent, *, name: str, time_zone: str, signature: str, undo_seconds: int, mails_when_away: bool = False
) -> Agent:
    if not name.strip():
        raise Invalid("A name is needed.", fields={"name": "Enter your name."})
    if time_zone not in available_timezones():
        raise Invalid("Unknown time zone.", fields={"time_zone": "Choose one such as Europe/Berlin."})
    if undo_seconds not in UNDO_CHOICES:
        raise Invalid("Choose another time.", fields={"undo_seconds": f"One of {UNDO_CHOICES}."})
    agent.name, agent.time_zone = name.strip()[:120], time_zone
    agent.signature, agent.undo_seconds = signature.strip()[:2000], undo_seconds
    agent.mails_when_away = mails_when_away
    agent.save(update_fields=["name", "time_zone", "signature", "undo_seconds", "mails_when_away"])
    return agent
