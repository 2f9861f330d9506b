"""Holds what is stored of closed days against the facts that they were made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from django.db import connection

from reports.engine.blocks import block_of
from reports.engine.closed import columns_of, standing_days
from reports.engine.codes import Coding
from reports.engine.layout import CODED, NUMBERS, Window
from reports.engine.reading import read
from reports.fact_sets import SETS, kinds_of


@dataclass(frozen=True, slots=True)
class StoredDay:
    """The facts of one kind on one day, as they are stored under `pk`."""

    kind: str
    day: date
    pk: int

    def first_difference(self) -> str:
        """The column that is not as it should be; "" when all are."""
        names = [*NUMBERS, *CODED]
        coding = Coding()
        stored = columns_of(coding, self.kind, [self.pk], names)
        start = datetime.combine(self.day, time(), tzinfo=UTC)
        facts = [
            block_of(coding, packed, names) for packed in read([Window(self.kind, start, start + timedelta(days=1))])
        ]
        if self.pk not in stored or self.pk not in standing_days([self.kind], self.day, self.day).values():
            return ""  # stored anew in the meantime
        if not facts:
            return "number"
        found = stored[self.pk]
        for name in names:
            if not np.array_equal(found[name], facts[0][name], equal_nan=name in ("wall", "business", "amount")):
                return name
        return ""


def random_days(most: int) -> list[StoredDay]:
    """Some that can be trusted, as far as reports know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, day FROM reports_closedday WHERE facts > 0 ORDER BY random() LIMIT %s", [most])
        chosen = cursor.fetchall()
    found = []
    for kind, day in chosen:
        pk = standing_days(kinds_of(SETS), day, day).get((kind, day))
        if pk:
            found.append(StoredDay(kind, day, pk))
    return found
