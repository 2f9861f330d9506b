"""How much lay between the beginning and the end of facts at given moments: what was open of what is solved by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from people.models import Agent
from reports.engine.clock import Local
from reports.engine.layout import Array
from reports.engine.rows import columns_for, load, narrowed
from reports.fact_filters import FactFilters
from reports.period import Period

# Filters of the fact itself, which say nothing of the time before it.
_OF_THE_FACT = dict.fromkeys(("metric", "weekday", "hour", "took", "item"), "")


def under_way_at(
    kind: str, viewer: Agent, filters: FactFilters, moments: Sequence[datetime], *, now: datetime
) -> list[int]:
    """Of the facts of a kind, how many had begun and not yet happened at each of the moments, which ascend. All but
    the last moment are whole minutes; the last one may be now."""
    zone = filters.period.zone
    period = Period(moments[0].astimezone(zone).date(), now.astimezone(zone).date(), zone)
    filters = filters.narrowed(**_OF_THE_FACT)
    loaded = load({kind: columns_for(viewer, filters) | {"began"}}, [period])
    minutes = np.array([moment.timestamp() / 60 for moment in moments])
    found = np.zeros(len(moments) + 1, np.intp)
    for rows in narrowed(loaded.during(period), viewer, filters, Local(period)):
        found += _passed(minutes, rows["began"]) - _passed(minutes, rows["minute"])
    counts: list[int] = np.cumsum(found)[:-1].tolist()
    return counts


def _passed(minutes: Array, moments: Array) -> Array:
    """How many of the moments lie before the first of the minutes, before the second, and so on."""
    passed: Array = np.bincount(np.searchsorted(minutes, moments, side="right"), minlength=len(minutes) + 1)
    return passed
