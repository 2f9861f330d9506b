"""The macros that an agent may use, and the text of one that fits a ticket."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from people.models import Agent
from routing.actions.wording import filled
from routing.models import Macro
from tickets.models import Ticket


def macros_for(agent: Agent) -> QuerySet[Macro]:
    """Everybody's, those of the agent's teams, and their own."""
    shared = Q(owner=None, team=None) | Q(owner=None, team__members=agent)
    usable = Macro.objects.filter(shared | Q(owner=agent), is_active=True, archived_at=None)
    return usable.distinct().order_by("position", "name", "id")


def text_for(macro: Macro, ticket: Ticket, *, channel: str) -> str:
    """The text for the contact's language and the channel of the reply, with its placeholders filled in.

    The language weighs more than the channel. When the language is unknown or has no text, the first text that suits
    the channel is offered: the agent sees it before anything is sent.
    """
    language = ticket.contact.language.lower()
    suited = [item for item in macro.texts if _fit(item["channel"], channel) >= 0]
    if not suited:
        return ""
    return filled(max(suited, key=lambda item: _score(item, language, channel))["text"], ticket)


def _score(item: dict[str, str], language: str, channel: str) -> int:
    return _fit(item["language"], language) * 2 + _fit(item["channel"], channel)


def _fit(of_text: str, wanted: str) -> int:
    """2 for the very one, 1 for its family (pt for pt-br), 0 for a text that is for all, far below for another."""
    if not of_text:
        return 0
    if of_text == wanted:
        return 2
    return 1 if wanted.split("-")[0] == of_text.split("-")[0] else -99
