"""Conditions as a filter of ticket rows; who may see them is decided before, by tickets_visible_to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from core.clock import now
from core.db import Statement
from people.models import Agent
from tickets.conditions.facts import FieldFact
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


def sqls_of(conditions: Conditions, *, at: datetime | None = None) -> list[Statement]:
    """The same in parts, all of which must hold: what an index tells at once stands by itself."""
    parts = [(part, _from_index(part)) for part in _parts(conditions)]
    quick = [sql for _, sql in parts if sql is not None]
    others = [part for part, sql in parts if sql is None]
    return [*quick, sql_of({"all": others}, at=at)] if others or not quick else quick


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


def _parts(conditions: Conditions) -> Iterator[Conditions]:
    """What must hold, each by itself."""
    if is_test(conditions) or set(conditions) - {"all"}:
        yield conditions
        return
    for part in conditions.get("all", ()):
        yield from _parts(part)


def _from_index(part: Conditions) -> Statement | None:
    if not is_test(part) or (op := str(part["op"])) in OPPOSITES:
        return None
    fact = fact_named(str(part["fact"]))
    if not isinstance(fact, FieldFact):
        return None
    return fact.ids(op, fact.kind.clean(op, part.get("value")))


def _test_where(test: Test, at: datetime) -> Q:
    op = str(test["op"])
    positive = OPPOSITES.get(op, op)
    fact = fact_named(str(test["fact"]))
    found = NOTHING
    if fact is not None:
        found = fact.where(positive, fact.kind.clean(positive, test.get("value")), at)
    return ~found if op in OPPOSITES else found
