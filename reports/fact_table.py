"""The table of a report that stands on facts: a row for everything, then one for each value of each dimension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from reports.base import Row
from reports.engine.reckoning import Values
from reports.fact_filters import FactFilters
from reports.fact_names import ITEM_LABELS, LABELS, Names, names_of
from reports.measuring import Measured
from reports.metrics import METRICS
from tickets.models import Priority

FEW = 20
_NONE = ("team", "agent", "inbox", "brand", "organization")


def cases_of(key: str) -> str:
    """The metric that counts the cases behind a share, a percentile or a mean; "" for what counts by itself."""
    metric = METRICS[key]
    if not metric.of and metric.percentile is None and metric.amount != "mean":
        return ""
    counted = metric.of or metric.counted
    return next((other.key for other in METRICS.values() if other.counted == counted and _counts(other.key)), "")


def _counts(key: str) -> bool:
    metric = METRICS[key]
    return not metric.of and metric.percentile is None and not metric.amount


def with_cases(keys: Sequence[str]) -> tuple[str, ...]:
    """Before each figure that stands on cases their number, unless it stands somewhere already."""
    shown: list[str] = []
    for key in keys:
        cases = cases_of(key)
        if cases and cases not in keys and cases not in shown:
            shown.append(cases)
        shown.append(key)
    return tuple(shown)


@dataclass(frozen=True, slots=True)
class Table:
    """`keys` are the metrics of the columns; the first one is what the report counts."""

    keys: Sequence[str]
    dimensions: Sequence[str]
    filters: FactFilters
    found: Measured

    def rows(self) -> list[Row]:
        names = names_of(self.found)
        everything = self.row("All", "Everything", self.found.groups["all", ""], self.filters)
        return [everything, *(row for dimension in self.dimensions for row in self._by(dimension, names))]

    def by(self, dimension: str) -> Iterable[Row]:
        return self._by(dimension, names_of(self.found))

    def notes(self) -> dict[str, str]:
        """Who is left out, and why."""
        few = [values for _, values in self._values("agent") if self._is_few(values)] if self._compares_agents else []
        if not few:
            return {}
        who = "One agent with fewer" if len(few) == 1 else f"{len(few)} agents with fewer"
        counted = METRICS[self.keys[0]].name.lower()
        return {"Agent": f"{who} than {FEW} ({counted}) {'is' if len(few) == 1 else 'are'} not compared."}

    @property
    def _compares_agents(self) -> bool:
        """The figures of a chosen agent are shown, whatever they stand on."""
        return "agent" in self.dimensions and not self.filters.agent

    def row(
        self,
        group: str,
        label: str,
        values: Values,
        filters: FactFilters | None,
        spark: Mapping[int, float] | None = None,
    ) -> Row:
        links = {}
        if filters:
            addresses = filters.links(METRICS[key].counted for key in self.keys)
            links = dict(zip(self.keys, addresses, strict=True))
        links |= {"count": links[self.keys[0]]} if links else {}
        shown = {"count": values[self.keys[0]], **{key: values[key] for key in self.keys}}
        line = [spark.get(number, 0) for number in range(self.filters.period.step_count)] if spark else ()
        return Row(group, label, shown, links, line)

    def _by(self, dimension: str, names: Names) -> Iterable[Row]:
        found = sorted(self._values(dimension), key=partial(self._order, names, dimension))
        for key, values in found:
            if dimension == "agent" and self._compares_agents:
                if self._is_few(values):
                    continue
                values = self._without_few_cases(values)
            if dimension == "item":
                # A rule has no tickets opened: what it is not about stays empty.
                values = {name: value or None for name, value in values.items()}
            narrowed = self.filters.narrowed(**{dimension: key or "none"}) if key or dimension in _NONE else None
            spark = self.found.sparks.get((dimension, key), {})
            row = self.row(_group(dimension, key), names.label(dimension, key), values, narrowed, spark)
            yield replace(row, page=_page(dimension, key))

    def _values(self, dimension: str) -> list[tuple[str, Values]]:
        found = [(key, self.found.groups[dimension, key]) for key in self.found.keys_of(dimension)]
        about = dimension in ("item", "metric")
        return [(key, values) for key, values in found if any(values.values()) and (key or not about)]

    def _is_few(self, values: Values) -> bool:
        return (values[self.keys[0]] or 0) < FEW

    def _without_few_cases(self, values: Values) -> Values:
        """No median, mean or share of an agent by fewer cases either."""
        cases = {key: cases_of(key) for key in self.keys}
        few = {key for key, counted in cases.items() if counted and (values.get(counted) or 0) < FEW}
        return {key: None if key in few else value for key, value in values.items()}

    def _order(self, names: Names, dimension: str, found: tuple[str, Values]) -> tuple[object, ...]:
        """Priorities from urgent to low; everything else by where most happened."""
        key, values = found
        if dimension == "priority":
            return (-(Priority.values.index(key) if key in Priority.values else -1),)
        most = (-(values.get("breached") or 0), -(values[self.keys[0]] or 0))
        if dimension == "item":
            most = (-max((value or 0 for value in values.values()), default=0), 0)
            return ([*ITEM_LABELS, _word(key)].index(_word(key)), most, names.label(dimension, key))
        return (most, names.label(dimension, key))


def _group(dimension: str, key: str) -> str:
    return ITEM_LABELS.get(_word(key), LABELS["item"]) if dimension == "item" else LABELS[dimension]


def _page(dimension: str, key: str) -> str:
    """A rule has a log of its runs."""
    return f"/settings/rules/{key.partition(':')[2]}/runs/" if dimension == "item" and _word(key) == "rule" else ""


def _word(item: str) -> str:
    return item.partition(":")[0]
