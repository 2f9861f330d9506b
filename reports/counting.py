"""How many facts a list has, reckoned over stored days: to count a year's rows one by one takes PostgreSQL a second."""

from __future__ import annotations

from people.models import Agent
from reports.engine.chosen import ids_of
from reports.engine.clock import Local
from reports.engine.groupings import everything
from reports.engine.parts import parts_of
from reports.engine.reckoning import Reckoning
from reports.engine.rows import Demand, columns_for, load, narrowed
from reports.fact_filters import FactFilters, tickets_for
from reports.fact_sets import SETS


def count_of(viewer: Agent, filters: FactFilters, set_key: str) -> int:
    chosen = SETS[set_key]
    live = {set_key: ids_of(chosen.live, [])} if chosen.live else {}
    columns = columns_for(viewer, filters) | ({"ticket"} if live else set())
    [loaded] = load([Demand(filters.period, dict.fromkeys(chosen.kinds, columns))])
    rows = narrowed(loaded, filters, tickets_for(viewer, filters), Local(filters.period))
    reckoning = Reckoning(parts_of(rows, live), filters.took_column)
    return int(reckoning.counted(set_key, reckoning.tables(everything(reckoning.parts))).sum())
