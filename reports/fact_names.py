"""What to call the values of the dimensions that reports are broken down by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from people.models import Agent, Organization, Team
from reports.failures import FAILURES
from reports.measuring import Measured
from routing.models import Macro, Rule
from sla.models import Metric
from tickets.models import Brand, Inbox, Priority
from tickets.selectors.rows import channel_of

LABELS = {
    "team": "Team",
    "agent": "Agent",
    "inbox": "Inbox",
    "brand": "Brand",
    "channel": "Channel",
    "priority": "Priority",
    "tag": "Tag",
    "organization": "Organization",
    "tier": "Customer tier",
    "metric": "Promise",
    "item": "About",
}
# What a fact can be about: the word before the colon, and its heading.
ITEM_LABELS = {"rule": "Rule", "macro": "Macro", "failure": "Reason of failure"}
_NOBODY = {
    "team": "No team", "agent": "Nobody", "inbox": "Deleted inbox", "brand": "No brand",
    "organization": "No organization",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """The names of rows by dimension and id."""

    known: dict[str, dict[str, str]]

    def label(self, dimension: str, value: str) -> str:
        if dimension in _NOBODY:
            gone = f"Deleted {dimension} {value}"
            return self.known.get(dimension, {}).get(value, gone) if value else _NOBODY[dimension]
        if not value:
            return "Unknown"
        if dimension == "item":
            return _item(value, self.known)
        if dimension == "metric":
            return dict(Metric.choices).get(value, value)
        if dimension == "channel":
            return channel_of(value).label
        return dict(Priority.choices).get(value, value) if dimension == "priority" else value


def _item(value: str, known: dict[str, dict[str, str]]) -> str:
    word, _, name = value.partition(":")
    if word == "failure":
        return FAILURES.get(name, name)
    return known.get(word, {}).get(name, f"Deleted {word} {name}")


def names_of(found: Measured) -> Names:
    """The names of what occurs: a query for each table."""

    def ids(dimension: str) -> list[int]:
        return [int(key) for key in found.keys_of(dimension) if key]

    return Names(
        {
            "team": _by_id(Team.objects.filter(pk__in=ids("team")).values_list("pk", "name")),
            "agent": _by_id(Agent.objects.filter(pk__in=ids("agent")).values_list("pk", "name")),
            "inbox": _by_id(Inbox.objects.filter(pk__in=ids("inbox")).values_list("pk", "name")),
            "brand": _by_id(Brand.objects.filter(pk__in=ids("brand")).values_list("pk", "name")),
            "organization": _by_id(Organization.objects.filter(pk__in=ids("organization")).values_list("pk", "name")),
            **_item_names(found.keys_of("item")),
        }
    )


def _item_names(items: Iterable[str]) -> dict[str, dict[str, str]]:
    ids: dict[str, list[int]] = {}
    for word, _, number in (item.partition(":") for item in items):
        if number.isdecimal():
            ids.setdefault(word, []).append(int(number))
    tables = {"rule": Rule, "macro": Macro}
    return {
        word: _by_id(table._default_manager.filter(pk__in=ids[word]).values_list("pk", "name"))  # noqa: SLF001 - Django's public name
        for word, table in tables.items()
        if word in ids
    }


def name_of(dimension: str, value: str) -> str:
    """What to call one value of a filter."""
    if value == "none":
        return _NOBODY.get(dimension, f"No {dimension}")
    tables = {"team": Team, "agent": Agent, "inbox": Inbox, "brand": Brand, "organization": Organization}
    if dimension == "item":
        return Names(_item_names([value])).label(dimension, value)
    if dimension not in tables:
        return Names({}).label(dimension, value)
    rows = tables[dimension]._default_manager.filter(pk=int(value)).values_list("pk", "name")  # noqa: SLF001 - Django's public name
    return Names({dimension: _by_id(rows)}).label(dimension, value)


def _by_id(rows: object) -> dict[str, str]:
    return {str(pk): name for pk, name in rows}  # type: ignore[attr-defined]  # pairs of any of the tables
