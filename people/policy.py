"""Who may do what: one table of verbs per role. Which tickets an agent sees: tickets/selectors/access.py."""

from __future__ import annotations

from typing import Literal, get_args

from core.errors import NotAllowed
from people.models import Agent, Role

Verb = Literal[
    "see_tickets",
    "write_note",
    "reply",
    "edit_ticket",  # status, priority, tags, assignee, team, snooze, subject
    "edit_contact",
    "see_reports",
    "manage_desk",  # teams, inboxes, policies, rules, canned responses for all
    "manage_agents",
    "manage_secrets",  # credentials, API tokens of others
]

_LIGHT: frozenset[Verb] = frozenset({"see_tickets", "write_note"})
_AGENT: frozenset[Verb] = _LIGHT | {"reply", "edit_ticket", "edit_contact"}
_MANAGER: frozenset[Verb] = _AGENT | {"see_reports", "manage_desk"}
_ADMIN: frozenset[Verb] = frozenset(get_args(Verb))

VERBS: dict[str, frozenset[Verb]] = {
    Role.LIGHT: _LIGHT,
    Role.AGENT: _AGENT,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
}

_SENTENCES: dict[Verb, str] = {
    "see_tickets": "You may not see tickets.",
    "write_note": "You may not write notes.",
    "reply": "Light agents write notes; ask an agent to reply to the customer.",
    "edit_ticket": "You may not change tickets.",
    "edit_contact": "You may not change contacts.",
    "see_reports": "Reports are for managers and admins.",
    "manage_desk": "These settings are for managers and admins.",
    "manage_agents": "Only admins manage agents.",
    "manage_secrets": "Only admins manage credentials.",
}


def may(agent: Agent, verb: Verb) -> bool:
    return agent.is_active and verb in VERBS[agent.role]


def require(agent: Agent, verb: Verb) -> None:
    """Raises NotAllowed with a sentence for the person."""
    if not may(agent, verb):
        raise NotAllowed(_SENTENCES[verb])
