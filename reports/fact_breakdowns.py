"""Breakdowns that a reader asks for: by organization, by the customer's tier, by a custom field of the tickets."""

# ruff: noqa: S608 - every part of the statements is constant text of this file; values are parameters.

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import QuerySet

from people.selectors.tiers import known_tiers
from reports.base import Row
from reports.brands import has_brands
from reports.engine.chosen import PACKED
from reports.fact_filters import TIER_FACTS, FactFilters
from reports.fact_table import Table
from reports.measuring import NOTHING, Told
from tickets.models import CustomField
from tickets.models.custom_field import FieldKind

# Each one is a bit, and a row of the table.
MOST_VALUES = 12
_KEPT_SECONDS = 300
_LISTED = (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.FLAG)
# The same as the conditions in tickets/conditions/ say, for all values at once.
_TIERS = f"""
    SELECT (array_position(%s::text[], x.tier) - 1)::bigint, {PACKED.format("x.id")} FROM (
        SELECT p.tier::text, t.id FROM people_contact p JOIN tickets_ticket t ON t.contact_id = p.id
        WHERE p.tier = ANY(%s)
        UNION ALL
        SELECT p.tier::text, t.id FROM people_organization p JOIN tickets_ticket t ON t.organization_id = p.id
        WHERE p.tier = ANY(%s)
    ) x WHERE x.id BETWEEN %s AND %s GROUP BY x.tier"""
_VALUES = f"""
    SELECT coalesce(array_position(%s::text[], value::text) - 1, %s)::bigint, {PACKED.format("ticket_id")}
    FROM tickets_ticketchoice WHERE key = %s AND ticket_id BETWEEN %s AND %s GROUP BY value"""


def dimensions_of(dimensions: Sequence[str], filters: FactFilters) -> tuple[str, ...]:
    """Those that the figures are reckoned by: on a desk without brands there is nothing to tell apart by them."""
    known = [name for name in dimensions if name != "brand" or has_brands()]
    return (*known, "organization") if filters.by == "organization" else tuple(known)


@dataclass(frozen=True, slots=True)
class Asked:
    """A breakdown by what tickets are now: its groups, each with the filters that show it alone."""

    title: str
    groups: Sequence[tuple[str, FactFilters]]
    told: Told


def asked_of(filters: FactFilters) -> Asked | None:
    """The breakdown `by` that facts know nothing of."""
    if filters.by == "tier":
        groups = [(tier, _of_tier(filters, tier)) for tier in tiers()]
        return Asked("Customer tier", groups, Told(_TIERS, [tiers()] * 3, len(groups)))
    word, _, key = filters.by.partition(":")
    field = fields_to_list().filter(key=key).first() if word == "field" else None
    if field is None:
        return None
    groups = _by_field(filters, field)
    return Asked(field.label, groups, _told_of(field, len(groups)))


def more_rows(table: Table, asked: Asked | None) -> Iterator[Row]:
    """The rows of the breakdown `by`."""
    if table.filters.by == "organization":
        yield from table.by("organization")
    if asked is None:
        return
    for number, (label, narrowed) in enumerate(asked.groups):
        found = table.found.groups.get(("told", str(number)), NOTHING)
        if any(found.values()):
            yield table.row(asked.title, label, found, narrowed)


def _of_tier(filters: FactFilters, tier: str) -> FactFilters:
    """Who is chosen by a tier already may be of another one, too: by the contact and by the organization."""
    if not filters.tier:
        return filters.narrowed(tier=tier)
    return filters.where_also({"any": [{"fact": fact, "op": "is", "value": tier} for fact in TIER_FACTS]})


def _told_of(field: CustomField, count: int) -> Told:
    """Who says nothing says no to a flag, and belongs to those not set otherwise."""
    values = ["true"] if field.kind == FieldKind.FLAG else field.choices[:MOST_VALUES]
    unlisted = count - 1 if field.kind == FieldKind.FLAG else count
    return Told(_VALUES, [values, unlisted, field.key], count, others=count - 1)


def tiers() -> list[str]:
    """The tiers that customers have."""
    known: list[str] | None = cache.get("report-tiers")
    if known is None:
        known = known_tiers()[:MOST_VALUES]
        cache.set("report-tiers", known, _KEPT_SECONDS)
    return known


def fields_to_list() -> QuerySet[CustomField]:
    """The custom fields whose values can be listed."""
    return CustomField.objects.filter(is_active=True, kind__in=_LISTED)


def _by_field(filters: FactFilters, field: CustomField) -> list[tuple[str, FactFilters]]:
    fact = f"field:{field.key}"
    values: list[tuple[str, object]] = [(choice, choice) for choice in field.choices[:MOST_VALUES]]
    if field.kind == FieldKind.FLAG:
        values = [("Yes", True), ("No", False)]
    found = [(label, {"fact": fact, "op": "is", "value": value}) for label, value in values]
    if field.kind != FieldKind.FLAG:
        found.append(("Not set", {"fact": fact, "op": "is_not_set"}))
    return [(label, filters.where_also(test)) for label, test in found]
