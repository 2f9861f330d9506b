"""The lists of filters that a report offers."""

from __future__ import annotations

from collections.abc import Sequence

from people.models import Agent, Organization, Team
from reports.base import Choice
from reports.fact_breakdowns import fields_to_list, tiers
from reports.fact_filters import COMPARED, HOURS, FactFilters
from sla.models import Metric
from tickets.models import Priority
from tickets.selectors.access import inboxes_visible_to
from tickets.selectors.rows import channel_of

MOST_ORGANIZATIONS = 200


def _breakdowns() -> Sequence[tuple[str, str]]:
    fields = [(f"field:{field.key}", field.label) for field in fields_to_list()]
    return [("", "Nothing more"), ("organization", "Organization"), ("tier", "Customer tier"), *fields]


def choices_for(viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
    """A list without anything to choose is left out."""
    return [choice for choice in _all_choices(viewer, filters) if choice.options]


def _all_choices(viewer: Agent, filters: FactFilters) -> Sequence[Choice]:
    inboxes = list(inboxes_visible_to(viewer).values_list("pk", "name", "kind", "brand_id", "brand__name"))
    kinds = sorted({kind for _, _, kind, _, _ in inboxes})
    brands = sorted({(name, str(pk)) for _, _, _, pk, name in inboxes if name})
    of_brands = [*((pk, name) for name, pk in brands), ("none", "No brand")] if brands else []
    teams = [(str(pk), name) for pk, name in Team.objects.values_list("pk", "name")]
    agents = [(str(pk), name) for pk, name in Agent.objects.values_list("pk", "name")]
    organizations = Organization.objects.order_by("name").values_list("pk", "name")[:MOST_ORGANIZATIONS]
    return (
        Choice("compare", "Compare with", list(COMPARED.items()), filters.compare),
        Choice("team", "Team", [*teams, ("none", "No team")], filters.team),
        Choice("agent", "Agent", [*agents, ("none", "Nobody")], filters.agent),
        Choice("inbox", "Inbox", [(str(pk), name) for pk, name, *_ in inboxes], filters.inbox),
        Choice("brand", "Brand", of_brands, filters.brand),
        Choice("channel", "Channel", [(kind, channel_of(kind).label) for kind in kinds], filters.channel),
        Choice("priority", "Priority", Priority.choices, filters.priority),
        Choice(
            "organization", "Organization", [(str(pk), name) for pk, name in organizations], filters.organization, True
        ),
        Choice("tier", "Customer tier", [(tier, tier) for tier in tiers()], filters.tier),
        Choice("metric", "Promise", Metric.choices, filters.metric, True),
        Choice("by", "Also broken down by", _breakdowns(), filters.by, True),
        Choice("hours", "Time", list(HOURS.items()), filters.hours, True),
    )
