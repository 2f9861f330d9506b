"""Which policy applies to a ticket, as a part of the clocks' statements: the first whose conditions hold.

The conditions of the active policies are compiled to SQL and kept for a moment in each process, so that a writer's
clocks need no trip of their own to read them. Policies that were edited meanwhile reach every ticket a little later
anyway (sla.tasks.apply_policies waits for longer than this memory lasts).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from sla.models import Policy
from tickets.conditions import sql_of
from tickets.conditions.language import facts_used

KEPT_SECONDS = 2.0


# A ticket that was put under a certain policy (sla/services/pinning.py) asks for no conditions.
_PINNED = """(SELECT n.policy_id FROM sla_pin n JOIN sla_policy q ON q.id = n.policy_id
    WHERE n.ticket_id = t.id AND q.is_active AND q.archived_at IS NULL)"""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    facts: frozenset[str]
    at: float


_memory: dict[str, _Compiled] = {}


def policy_of_ticket() -> tuple[str, list[Any]]:
    """A LATERAL row of sla_policy for ticket `t`, or none; with its parameters."""
    found = _compiled()
    return found.sql, list(found.params)


def ask_for(fact: str) -> bool:
    """Whether the conditions of any policy ask for a fact (a prefix does for custom fields: "field:")."""
    return any(used == fact or (fact.endswith(":") and used.startswith(fact)) for used in _compiled().facts)


def forget() -> None:
    """Policies have just been edited here: read them again."""
    _memory.clear()


def tried() -> QuerySet[Policy]:
    """The policies that apply to tickets, in the order in which they are tried."""
    return Policy.objects.filter(is_active=True, archived_at=None).order_by("position", "id")


def _compiled() -> _Compiled:
    found = _memory.get("policies")
    if found is None or time.monotonic() - found.at > KEPT_SECONDS:
        found = _memory["policies"] = _compile()
    return found


def _compile() -> _Compiled:
    """A CASE stops at the first that holds; a policy switched off since then is no policy."""
    whens: list[str] = []
    params: list[Any] = []
    facts: set[str] = set()
    for pk, conditions in tried().values_list("pk", "conditions"):
        if conditions:
            sql, given = sql_of(conditions)
            facts |= facts_used(conditions)
            whens.append(f"WHEN EXISTS (SELECT FROM ({sql}) fitting (id) WHERE fitting.id = t.id) THEN {pk:d}")
            params.extend(given)
        else:
            whens.append(f"WHEN true THEN {pk:d}")
    case = f"CASE {' '.join(whens)} END" if whens else "NULL::bigint"
    chosen = f"id = coalesce({_PINNED}, {case}) AND is_active AND archived_at IS NULL"
    sql = f"LATERAL (SELECT * FROM sla_policy WHERE {chosen}) p"  # noqa: S608 - ids and compiled conditions; values are parameters
    return _Compiled(sql, tuple(params), frozenset(facts), time.monotonic())
