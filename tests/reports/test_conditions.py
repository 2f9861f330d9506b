"""Reports under conditions on tickets as they are now: figure, list and backlog are about the same tickets."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from people.models import Organization
from reports.counting import count_of
from reports.definitions import REPORTS
from reports.fact_filters import FactFilters
from reports.listed import count_behind
from tests.cast import Cast
from tests.reports.fortnight import NOW, Fortnight
from tickets.models import CustomField, Ticket

DAYS = {"from": "2026-03-02", "to": "2026-03-16"}
UTC = ZoneInfo("UTC")


def case(fact: str, op: str, value: object = None) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


LARGE, REMARK = case("field:seats", "greater", 4), case("field:remark", "contains", "SLOW")
CONDITIONS: tuple[tuple[dict[str, Any], int], ...] = (
    (LARGE, 5),
    (case("field:seats", "is_not", 2), 37),
    (case("field:renewal", "less", "2026-06-01"), 3),
    (REMARK, 4),
    (case("field:vip", "is", False), 39),
    ({"any": [LARGE, REMARK]}, 7),
    ({"none": [LARGE, REMARK]}, 35),
    ({"all": [LARGE, REMARK, case("organization_tier", "is", "gold")]}, 2),
    ({"all": [LARGE, case("priority", "is_set"), {"none": [REMARK]}]}, 3),
)


def test_manager_reads_and_lists_the_same_tickets_under_every_condition(cast: Cast, fortnight: Fortnight) -> None:
    for key, kind in (("seats", "number"), ("renewal", "date"), ("remark", "text"), ("vip", "flag")):
        CustomField.objects.create(key=key, label=key.capitalize(), kind=kind)
    acme = Organization.objects.create(name="Acme", tier="gold")
    ids = [life.id for life in fortnight.lives]
    Ticket.objects.filter(pk__in=ids[:5]).update(fields={"seats": 12, "renewal": "2026-12-01"}, organization=acme)
    Ticket.objects.filter(pk__in=ids[3:5]).update(fields={"seats": 4.5, "remark": "It is slow"})
    Ticket.objects.filter(pk__in=ids[5:10]).update(fields={"seats": 2, "renewal": "2026-03-01"})
    Ticket.objects.filter(pk__in=ids[8:10]).update(fields={"seats": 2, "remark": "slowly"})
    Ticket.objects.filter(pk__in=ids[10:13]).update(fields={"vip": True})
    for conditions, expected in CONDITIONS:
        filters = _filters(where=json.dumps(conditions))
        assert count_of(cast.mona, filters, "opened") == expected, conditions
        for slug in ("volume", "backlog"):
            _assert_listed(cast, slug, filters)
    gold = _filters(tier="gold")
    assert count_of(cast.mona, gold, "opened") == 5
    _assert_listed(cast, "backlog", gold)
    Organization.objects.filter(pk=acme.pk).update(tier="silver")
    assert count_of(cast.mona, gold, "opened") == 0


def _assert_listed(cast: Cast, slug: str, filters: FactFilters) -> None:
    result = REPORTS[slug].run(cast.mona, filters, now=NOW)
    for row in result.rows[:3]:
        assert count_behind(cast.mona, row.links["count"], now=NOW, zone=UTC) == row.values["count"], (slug, row)


def _filters(**values: str) -> FactFilters:
    return FactFilters.from_query({**DAYS, **values}, now=NOW, zone=UTC)
