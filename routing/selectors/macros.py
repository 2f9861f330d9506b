"""The macros that an agent may use, and the text of one that fits a ticket."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from routing.actions.wording import filled
from routing.fitting_texts import fitting_text
from routing.models import Macro
from tickets.models import Ticket


def macros_for(agent: Agent) -> QuerySet[Macro]:
    """Everybody's, those of the agent's teams, and their own."""
    shared = Q(owner=None, team=None) | Q(owner=None, team__members=agent)
    usable = Macro.objects.filter(shared | Q(owner=agent), is_active=True, archived_at=None)
    return usable.distinct().order_by("position", "name", "id")


def text_for(macro: Macro, ticket: Ticket, *, channel: str) -> str:
    """The text for the contact's language and the channel of the reply, with its placeholders filled in; the agent sees
    it before anything is sent."""
    text = fitting_text(macro.texts, language=ticket.contact.language, channel=channel)
    return filled(text, ticket) if text else ""
