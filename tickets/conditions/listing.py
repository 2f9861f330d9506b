"""Conditions as a filter of ticket rows; who may see them is decided before, by tickets_visible_to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from core.clock import now
from core.db import Statement
from people.models import Agent
from tickets.conditions.kinds import NOTHING
from tickets.conditions.language import GROUPS, OPPOSITES, Conditions, Test, is_test, replaced
from tickets.conditions.registry import fact_named
from tickets.models import Ticket

ME = "me"
MINE = "mine"


def where(conditions: Conditions, *, at: datetime | None = None) -> Q:
    """The tickets of which the conditions hold (at a moment, for what counts hours)."""
    return _where(conditions, at or now())


def sql_of(conditions: Conditions, *, at: datetime | None = None) -> Statement:
    """A SELECT of the ids of those tickets, for statements that are sent together with others."""
    found = Ticket.objects.filter(where(conditions, at=at)).order_by().values("pk")
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT id FROM tickets_ticket WHERE false", []
    return sql, params


def for_viewer(conditions: Conditions, agent: Agent) -> dict[str, Any]:
    """The same for one person: "me" becomes their id, "mine" their teams."""
    return replaced(conditions, lambda test: _for_viewer(test, agent))


def _for_viewer(test: Test, agent: Agent) -> Test:
    if test["fact"] == "assignee" and test.get("value") == ME:
        return {**test, "value": agent.pk}
    if test["fact"] == "team" and test.get("value") == MINE:
        teams = list(agent.teams.values_list("pk", flat=True)) or [0]
        return {"fact": "team", "op": "not_in" if test["op"] in OPPOSITES else "in", "value": teams}
    return test


def _where(conditions: Conditions, at: datetime) -> Q:
    if is_test(conditions):
        return _test_where(conditions, at)
    parts = {group: [_where(part, at) for part in conditions.get(group, ())] for group in GROUPS}
    found = Q()
    for part in parts["all"]:
        found &= part
    if parts["any"]:
        either = NOTHING
        for part in parts["any"]:
            # An empty part holds of every ticket, but Q() | x is x.
            either = either | (part or ~NOTHING)
        found &= either
    for part in parts["none"]:
        found &= ~(part or ~NOTHING)
    return found


def _test_where(test: Test, at: datetime) -> Q:
    op = str(test["op"])
    positive = OPPOSITES.get(op, op)
    fact = fact_named(str(test["fact"]))
    found = NOTHING
    if fact is not None:
        found = fact.where(positive, fact.kind.clean(positive, test.get("value")), at)
    return ~found if op in OPPOSITES else found
