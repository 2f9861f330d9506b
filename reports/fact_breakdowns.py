"""Breakdowns that a reader asks for: by organization, by the customer's tier, by a custom field of the tickets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.core.cache import cache
from django.db.models import QuerySet

from people.models import Agent, Contact, Organization
from reports.base import Row
from reports.brands import has_brands
from reports.fact_filters import FactFilters
from reports.fact_table import Table
from reports.measuring import NOTHING, Wanted, measure
from tickets.models import CustomField
from tickets.models.custom_field import FieldKind

# A run of the figures for each value, so not too many.
MOST_VALUES = 12
_KEPT_SECONDS = 300
_LISTED = (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.FLAG)


def dimensions_of(dimensions: Sequence[str], filters: FactFilters) -> tuple[str, ...]:
    """Those that the figures are reckoned by: on a desk without brands there is nothing to tell apart by them."""
    known = [name for name in dimensions if name != "brand" or has_brands()]
    return (*known, "organization") if filters.by == "organization" else tuple(known)


def more_rows(viewer: Agent, table: Table) -> Iterator[Row]:
    """The rows of the breakdown `by`: facts know organizations; the rest is asked of tickets as they are now."""
    filters = table.filters
    if filters.by == "organization":
        yield from table.by("organization")
    elif filters.by == "tier":
        yield from _rows(viewer, table, "Customer tier", [(tier, filters.narrowed(tier=tier)) for tier in tiers()])
    elif filters.by:
        field = fields_to_list().filter(key=filters.by.partition(":")[2]).first()
        if field is not None:
            yield from _rows(viewer, table, field.label, _by_field(filters, field))


def tiers() -> list[str]:
    """The tiers that customers have."""
    known: list[str] | None = cache.get("report-tiers")
    if known is None:
        found = {tier for table in (Contact, Organization) for tier in _tiers_in(table)}
        known = sorted(found)[:MOST_VALUES]
        cache.set("report-tiers", known, _KEPT_SECONDS)
    return known


def fields_to_list() -> QuerySet[CustomField]:
    """The custom fields whose values can be listed."""
    return CustomField.objects.filter(is_active=True, kind__in=_LISTED)


def _tiers_in(table: type[Contact | Organization]) -> Iterable[str]:
    return table._default_manager.exclude(tier="").values_list("tier", flat=True).distinct()  # noqa: SLF001 - Django's public name


def _by_field(filters: FactFilters, field: CustomField) -> list[tuple[str, FactFilters]]:
    fact = f"field:{field.key}"
    values: list[tuple[str, object]] = [(choice, choice) for choice in field.choices[:MOST_VALUES]]
    if field.kind == FieldKind.FLAG:
        values = [("Yes", True), ("No", False)]
    found = [(label, {"fact": fact, "op": "is", "value": value}) for label, value in values]
    if field.kind != FieldKind.FLAG:
        found.append(("Not set", {"fact": fact, "op": "is_not_set"}))
    return [(label, filters.where_also(test)) for label, test in found]


def _rows(viewer: Agent, table: Table, title: str, values: list[tuple[str, FactFilters]]) -> Iterator[Row]:
    for label, narrowed in values:
        wanted = Wanted(tuple(table.keys), by=("channel",))
        found = measure(viewer, narrowed, wanted).groups.get(("all", ""), NOTHING)
        if any(found.values()):
            yield table.row(title, label, found, narrowed)
