"""How much lay between the beginning and the end of facts at given moments: what was open of what is solved by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from people.models import Agent
from reports.engine.clock import Local
from reports.engine.layout import Array
from reports.engine.rows import Demand, columns_for, load, narrowed
from reports.fact_filters import FactFilters, tickets_for
from reports.period import Period

# Filters of the fact itself, which say nothing of the time before it.
_FEW = 8
_OF_THE_FACT = dict.fromkeys(("metric", "weekday", "hour", "took", "item"), "")


def under_way_at(
    kind: str, viewer: Agent, filters: FactFilters, moments: Sequence[datetime], *, now: datetime
) -> list[int]:
    """Of the facts of a kind, how many had begun and not yet happened at each of the moments, which ascend. All but
    the last moment are whole minutes; the last one may be now."""
    zone = filters.period.zone
    period = Period(moments[0].astimezone(zone).date(), now.astimezone(zone).date(), zone)
    filters = filters.narrowed(**_OF_THE_FACT)
    [loaded] = load([Demand(period, {kind: columns_for(viewer, filters) | {"began"}})])
    # Whole minutes lie before a moment just when they lie before the minute that it ends with.
    minutes = np.ceil([moment.timestamp() / 60 for moment in moments]).astype(np.int32)
    counts = np.zeros(len(moments), np.intp)
    for rows in narrowed(loaded, filters, tickets_for(viewer, filters), Local(period)):
        counts += _before(minutes, rows["began"]) - np.searchsorted(rows["minute"], minutes)
    found: list[int] = counts.tolist()
    return found


def _before(minutes: Array, beginnings: Array) -> Array:
    """How many of the beginnings, which are in no order, lie before each of the minutes, which ascend."""
    if len(minutes) <= _FEW:
        return np.array([np.count_nonzero(beginnings < minute) for minute in minutes], np.intp)
    passed = np.bincount(np.searchsorted(minutes, beginnings, side="right"), minlength=len(minutes) + 1)
    before: Array = np.cumsum(passed)[:-1]
    return before
