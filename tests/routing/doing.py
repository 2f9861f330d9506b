"""Runs one action the way a rule does."""

from __future__ import annotations

from typing import Any

from routing.actions import ACTIONS
from tests.desk import rule_actor
from tickets.models import Ticket


def do(key: str, ticket: Ticket, **params: Any) -> Ticket:
    action = ACTIONS[key]
    action.apply(ticket, action.clean(params), rule_actor())
    ticket.refresh_from_db()
    return ticket
