"""What the sidebar of a ticket says of the customer's rating, and of taking care of a bad one."""

from __future__ import annotations

from typing import Any

from core.clock import now
from csat.models import RequestState, Survey
from csat.selectors.asked import Satisfaction, satisfaction_of
from csat.words import WORDS
from people.models import Agent
from people.policy import may
from tickets.models import Ticket


def satisfaction(agent: Agent, ticket: Ticket) -> dict[str, Any]:
    found = satisfaction_of(ticket)
    return {
        "rating": found.rating,
        "rating_name": WORDS["en"].scores[found.rating.score - 1] if found.rating else "",
        "recovery": found.recovery,
        "is_late": bool(found.recovery and found.recovery.is_open and found.recovery.due_at <= now()),
        "told": _told(found),
        "may_remove": bool(found.rating and found.rating.comment) and may(agent, "manage_desk"),
        "may_ask": _may_ask(agent, ticket, found),
    }


def _told(found: Satisfaction) -> str:
    """How far the newest question has come, where it is not answered."""
    request = found.request
    if request is None or request.state == RequestState.ANSWERED:
        return ""
    if request.state == RequestState.CANCELLED:
        return f"Not asked: {request.reason[:1].lower()}{request.reason[1:]}"
    if request.state == RequestState.WAITING and request.asked_at:
        return "Asked in the chat; a message follows if there is no answer."
    if request.state == RequestState.WAITING:
        return "A question is about to go out."
    return "Asked; no answer yet." if request.expires_at and now() < request.expires_at else "Asked; never answered."


def _may_ask(agent: Agent, ticket: Ticket, found: Satisfaction) -> bool:
    """There is something to rate once somebody has answered."""
    if ticket.first_replied_at is None:
        return False
    is_under_way = found.request is not None and found.request.state in (RequestState.WAITING, RequestState.ASKED)
    is_possible = found.rating is None and not is_under_way
    return may(agent, "reply") and is_possible and Survey.objects.filter(is_active=True).exists()
