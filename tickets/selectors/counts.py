"""Counts beside the views: sums over maintained counters, never count(*) over tickets."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, Sum, When
from django.db.models.functions import Coalesce

from people.models import Agent
from people.policy import may
from tickets.models import OPEN_STATUSES, TicketCount
from tickets.selectors.access import scopes_of

_AWAKE = Q(status__in=[status.value for status in OPEN_STATUSES], is_snoozed=False)
_SNOOZED = Q(status__in=[status.value for status in OPEN_STATUSES], is_snoozed=True)


def view_counts(agent: Agent) -> dict[str, int]:
    """`{"mine": 12, "unassigned": 4, "all": 88, "snoozed": 5, "team:3": 9, ...}`; one query for all views."""
    if not may(agent, "see_tickets"):
        return {}
    counts = TicketCount.objects.all()
    scopes = scopes_of(agent)
    if not scopes.everything:
        in_scope = Q(inbox_id__in=scopes.inbox_ids) & (Q(team_id__isnull=True) | Q(team_id__in=scopes.team_ids))
        counts = counts.filter(in_scope | Q(assignee_id=agent.pk))
    rows = (
        counts.filter(_AWAKE | _SNOOZED)
        .values("team_id")
        .annotate(
            awake=_sum(_AWAKE),
            mine=_sum(_AWAKE & Q(assignee_id=agent.pk)),
            unassigned=_sum(_AWAKE & Q(assignee_id__isnull=True)),
            snoozed=_sum(_SNOOZED),
        )
    )
    total = {"mine": 0, "unassigned": 0, "all": 0, "snoozed": 0}
    for row in rows:
        total["mine"] += row["mine"]
        total["unassigned"] += row["unassigned"]
        total["all"] += row["awake"]
        total["snoozed"] += row["snoozed"]
        if row["team_id"] is not None:
            total[f"team:{row['team_id']}"] = row["awake"]
    return total


def _sum(where: Q) -> Coalesce:
    return Coalesce(Sum(Case(When(where, then="n"), output_field=IntegerField())), 0)
