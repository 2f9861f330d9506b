"""Counts beside the views: sums over maintained counters, never count(*) over tickets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, IntegerField, Q, Sum, When
from django.db.models.functions import Coalesce

from people.models import Agent
from people.policy import may
from tickets import conditions
from tickets.conditions.language import facts_used
from tickets.models import OPEN_STATUSES, TicketCount
from tickets.selectors.access import scopes_of
from tickets.selectors.filters import Filters

_AWAKE = Q(status__in=[status.value for status in OPEN_STATUSES], is_snoozed=False)
_SNOOZED = Q(status__in=[status.value for status in OPEN_STATUSES], is_snoozed=True)


# The counters know these, by the same names as the ticket; other views show no number (docs/adr/0003).
_COUNTED_FACTS = frozenset({"inbox", "team", "assignee", "status"})
_COUNTED_STATES = {"awake": _AWAKE, "snoozed": _SNOOZED, "open": _AWAKE | _SNOOZED}


def view_counts(agent: Agent, saved: Mapping[str, Filters] | None = None) -> dict[str, int]:
    """`{"mine": 12, "unassigned": 4, "all": 88, "team:3": 9, "saved:7": 2, ...}`; one query for all views.

    Of the saved views those have a number whose conditions ask for nothing but what the counters know.
    """
    if not may(agent, "see_tickets"):
        return {}
    counts = TicketCount.objects.all()
    scopes = scopes_of(agent)
    if not scopes.everything:
        in_scope = Q(inbox_id__in=scopes.inbox_ids) & (Q(team_id__isnull=True) | Q(team_id__in=scopes.team_ids))
        counts = counts.filter(in_scope | Q(assignee_id=agent.pk))
    known = {slug: where for slug, filters in (saved or {}).items() if (where := _counted(filters, agent)) is not None}
    rows: Iterable[Any] = (
        counts.filter(_AWAKE | _SNOOZED)
        .values("team_id")
        .annotate(
            awake=_sum(_AWAKE),
            mine=_sum(_AWAKE & Q(assignee_id=agent.pk)),
            unassigned=_sum(_AWAKE & Q(assignee_id__isnull=True)),
            snoozed=_sum(_SNOOZED),
            **{f"saved_{number}": _sum(where) for number, where in enumerate(known.values())},
        )
    )
    total = {"mine": 0, "unassigned": 0, "all": 0, "snoozed": 0, **dict.fromkeys(known, 0)}
    for row in rows:
        for number, slug in enumerate(known):
            total[slug] += row[f"saved_{number}"]
        total["mine"] += row["mine"]
        total["unassigned"] += row["unassigned"]
        total["all"] += row["awake"]
        total["snoozed"] += row["snoozed"]
        if row["team_id"] is not None:
            total[f"team:{row['team_id']}"] = row["awake"]
    return total


def _sum(where: Q) -> Coalesce:
    return Coalesce(Sum(Case(When(where, then="n"), output_field=IntegerField())), 0)


def _counted(filters: Filters, agent: Agent) -> Q | None:
    """The rows of the counters that a view sums up; None when they cannot tell."""
    if set(filters.as_dict()) - {"state", "where"} or filters.state not in _COUNTED_STATES:
        return None
    asked = json.loads(filters.where or "{}")
    if facts_used(asked) - _COUNTED_FACTS:
        return None
    return _COUNTED_STATES[filters.state] & conditions.where(conditions.for_viewer(asked, agent))
