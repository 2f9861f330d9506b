"""What was open at a moment: stretches from the opening (or reopening) of a ticket to its end, made of facts alone.

What is open now is read from the tickets, which is the truth of now. A stretch that has ended is told by the fact that
ended it: a resolution knows when its work began; spam and a merge end what no resolution has ended before, unless they
were taken back. What spam took back was open all the same, and is told once only where it counts again
(sla/services/spam_sql.py). A stretch belongs to whom the ticket belonged at its end, or belongs now.
"""

# ruff: noqa: S608 - every part of the statements is constant text of this file; values are parameters.

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from people.models import Agent
from reports.brands import has_brands, of_brand
from reports.engine.chosen import condition_on
from reports.engine.spans import under_way_at
from reports.fact_filters import FactFilters, tickets_for
from reports.moments import BANDS
from tickets.models import Ticket
from tickets.selectors.access import tickets_visible_to

_DAY = 86400
DIMENSIONS = {
    "status": "f.status",
    "team": "f.team_id",
    "agent": "f.agent_id",
    "inbox": "f.inbox_id",
    "brand": "i.brand_id",
    "channel": "f.channel",
    "priority": "f.priority",
}
WAITS_ON_US = "us"
_SHARED = "f.ticket_id, f.team_id, f.agent_id, f.inbox_id, f.organization_id, f.channel, f.priority, f.tags"
_COLUMNS = {"team": "team_id", "agent": "agent_id", "inbox": "inbox_id", "organization": "organization_id"}
_OPEN = "('open', 'pending', 'on_hold')"

# Parameters: the first moment that is asked for, twice.
_OPEN_NOW = f"""
    SELECT t.id AS ticket_id, t.team_id, t.assignee_id AS agent_id, t.inbox_id, t.organization_id, t.channel,
        t.priority, t.tags, coalesce(r.at, t.created_at) AS began_at, NULL::timestamptz AS ended_at, t.status,
        CASE WHEN t.waiting_since IS NOT NULL THEN '{WAITS_ON_US}' ELSE 'customer' END AS waits_on
    FROM tickets_ticket t
    LEFT JOIN (
        SELECT ticket_id, max(at) AS at FROM sla_fact WHERE kind = 'reopened' AND at >= %s GROUP BY ticket_id
    ) r ON r.ticket_id = t.id
    WHERE t.status IN {_OPEN}"""
_RESOLVED = f"""
    SELECT {_SHARED}, f.began_at, f.at AS ended_at, '' AS status, '' AS waits_on
    FROM sla_fact f WHERE f.kind = 'resolution' AND f.at >= %s AND NOT f.data ? 'again'"""
# What stored days leave out: solved tickets that are spam now.
_TAKEN_BACK = f"""
    SELECT {_SHARED}, f.began_at, f.at AS ended_at, '' AS status, '' AS waits_on
    FROM sla_fact b JOIN sla_fact f ON f.id = b.voids
    WHERE b.kind = 'voided' AND b.at >= %s AND f.kind = 'resolution' AND NOT f.data ? 'again'
        AND NOT EXISTS (SELECT FROM sla_fact o WHERE o.ticket_id = f.ticket_id AND o.kind = 'resolution' AND o.at = f.at
            AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = o.id))"""
_REOPENED_AFTER = "SELECT FROM sla_fact o WHERE o.ticket_id = f.ticket_id AND o.kind = 'reopened' AND o.at > f.at"
_SPAM_OR_MERGED = f"""
    SELECT {_SHARED}, b.began_at, f.at AS ended_at, '' AS status, '' AS waits_on
    FROM sla_fact f
    CROSS JOIN LATERAL (SELECT coalesce((
        SELECT max(o.at) FROM sla_fact o WHERE o.ticket_id = f.ticket_id AND o.kind = 'reopened' AND o.at < f.at
    ), f.began_at) AS began_at) b
    WHERE f.kind IN ('spam', 'rearranged') AND f.at >= %s
        AND (f.kind = 'spam' OR (f.data->>'what' = 'MessagesMovedOut' AND (f.data->>'is_merge')::boolean))
        AND NOT EXISTS (SELECT FROM sla_fact o WHERE o.ticket_id = f.ticket_id AND o.kind = 'resolution'
            AND (o.at >= b.began_at AND o.at < f.at OR o.at > f.at AND o.began_at < f.at))
        AND NOT EXISTS (SELECT FROM sla_fact o WHERE o.ticket_id = f.ticket_id AND o.kind = 'spam' AND o.at > f.at
            AND NOT EXISTS ({_REOPENED_AFTER} AND o.at > f.at))
        AND NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.id = f.ticket_id AND t.status IN {_OPEN}
            AND NOT EXISTS ({_REOPENED_AFTER}))"""
# A stretch without any of the moments (twice a parameter) is told by its ends alone, before the rest is looked up.
_HOLDS_A_MOMENT = "width_bucket(f.began_at, %s::timestamptz[]) < width_bucket(f.at, %s::timestamptz[])"
_BY_TAG = f"""
    SELECT 'tag', tag, width_bucket(extract(epoch FROM %s - f.began_at)::float8, %s::float8[]) - 1,
        count(*), count(*) FILTER (WHERE f.waits_on = '{WAITS_ON_US}'), min(f.began_at)
    FROM ({{stretches}}) f CROSS JOIN LATERAL unnest(f.tags) AS tag WHERE {{where}} GROUP BY 2, 3"""
_FEW_MOMENTS = 4
_SETTINGS = "SET LOCAL jit = off; SET LOCAL work_mem = '64MB';"


@dataclass(slots=True)
class Standing:
    """What is open of one group: how many by band of age, how many wait on us, since when the oldest one is."""

    by_band: dict[int, int] = field(default_factory=dict)
    on_us: int = 0
    oldest: datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.by_band.values())


def standing_at(viewer: Agent, filters: FactFilters, at: datetime, *, now: datetime) -> dict[tuple[str, str], Standing]:
    """By (dimension, value), ("all", "") being everything; one statement, and one more for tags, which are asked for
    because the tickets themselves have to be read. Of the past no status is known."""
    where, params = _open_at(viewer, filters, at)
    left_out = {name for name, is_there in (("status", at >= now), ("brand", has_brands())) if not is_there}
    columns = {name: column for name, column in DIMENSIONS.items() if name not in left_out}
    of_tickets = ", ".join(column for column in columns.values() if column.startswith("f."))
    names = " ".join(f"WHEN GROUPING({column}) = 0 THEN '{name}'" for name, column in columns.items())
    values = " ".join(f"WHEN GROUPING({column}) = 0 THEN {column}::text" for column in columns.values())
    sets = ", ".join(f"({column}, f.band)" for column in columns.values())
    stretches, moments = _stretches(filters, at, now=now)
    sql = f"""
        {_SETTINGS} WITH f AS MATERIALIZED (
            SELECT {of_tickets}, f.waits_on, count(*) AS n, min(f.began_at) AS oldest,
                width_bucket(extract(epoch FROM %s - f.began_at)::float8, %s::float8[]) - 1 AS band
            FROM ({stretches}) f WHERE {where}
            GROUP BY {of_tickets}, f.waits_on, band)
        SELECT CASE {names} ELSE 'all' END, coalesce(CASE {values} END, ''), f.band, sum(f.n)::bigint,
            coalesce(sum(f.n) FILTER (WHERE f.waits_on = '{WAITS_ON_US}'), 0)::bigint, min(f.oldest)
        FROM f LEFT JOIN tickets_inbox i ON i.id = f.inbox_id GROUP BY GROUPING SETS ((f.band), {sets})"""
    given = [at, [days * _DAY for days in BANDS], *moments, *params]
    told = _fetch(sql, given)
    if filters.by == "tag":
        told += _fetch(_BY_TAG.format(stretches=stretches, where=where), given)
    found: dict[tuple[str, str], Standing] = {}
    for name, value, band, count, on_us, oldest in told:
        group = found.setdefault((name, value), Standing())
        group.by_band[band] = group.by_band.get(band, 0) + count
        group.on_us += on_us
        group.oldest = min(filter(None, (group.oldest, oldest)))
    return found


def counts_at(viewer: Agent, filters: FactFilters, moments: Sequence[datetime], *, now: datetime) -> list[int]:
    """How many were open at each of the moments, which ascend."""
    if not moments:
        return []
    where, params = _narrowed(viewer, filters)
    first, given = moments[0], list(moments)
    open_now, of_now = _open_now(filters, first)
    counts = _begun_before(f"({open_now}) f WHERE {where}", [*of_now, *params], given)
    if first >= now:
        return counts
    # What is solved by now is the most of it by far: it comes from the stored days.
    solved = under_way_at("resolution", viewer, filters, given, now=now)
    counts = [count + more for count, more in zip(counts, solved, strict=True)]
    sql = f"""
        {_SETTINGS} SELECT width_bucket(f.began_at, %s::timestamptz[]), width_bucket(f.ended_at, %s::timestamptz[]),
            count(*)
        FROM ({_TAKEN_BACK} UNION ALL {_SPAM_OR_MERGED} AND {_HOLDS_A_MOMENT}) f
        WHERE {where} GROUP BY 1, 2"""
    for begun, ended, count in _fetch(sql, [given, given, first, first, given, given, *params]):
        for number in range(begun, ended):
            counts[number] += count
    return counts


def _begun_before(stretches: str, params: Sequence[Any], moments: Sequence[datetime]) -> list[int]:
    """How many stretches had begun before each of the moments, which ascend."""
    if len(moments) <= _FEW_MOMENTS:
        # What has no groups is counted by all workers of PostgreSQL.
        each = ", ".join(["count(*) FILTER (WHERE f.began_at < %s)"] * len(moments))
        [found] = _fetch(f"{_SETTINGS} SELECT {each} FROM {stretches}", [*moments, *params])
        return list(found)
    sql = f"{_SETTINGS} SELECT width_bucket(f.began_at, %s::timestamptz[]), count(*) FROM {stretches} GROUP BY 1"
    begun = Counter(dict(_fetch(sql, [list(moments), *params])))
    return list(accumulate(begun[number] for number in range(len(moments))))


def open_tickets(
    viewer: Agent, filters: FactFilters, at: datetime, *, now: datetime, bands: Sequence[int] = (),
    status: str = "", waits_on: str = "",
) -> QuerySet[Ticket]:  # fmt: skip
    """Exactly the tickets that were counted."""
    where, params = _open_at(viewer, filters, at)
    if status:
        where, params = f"{where} AND f.status = %s", [*params, status]
    if waits_on:
        where, params = f"{where} AND f.waits_on = %s", [*params, waits_on]
    if bands:
        where += " AND width_bucket(extract(epoch FROM %s - f.began_at)::float8, %s::float8[]) - 1 = ANY(%s)"
        params = [*params, at, [days * _DAY for days in BANDS], list(bands)]
    stretches, moments = _stretches(filters, at, now=now)
    chosen = RawSQL(f"SELECT f.ticket_id FROM ({stretches}) f WHERE {where}", [*moments, *params])  # noqa: S611 - constant text, bound values
    return tickets_visible_to(viewer).filter(pk__in=chosen)


def _stretches(filters: FactFilters, first: datetime, *, now: datetime) -> tuple[str, list[Any]]:
    """All that was open at the moment or later; of now only what is open."""
    sql, params = _open_now(filters, first)
    if first >= now:
        return sql, params
    return f"{sql} UNION ALL {_RESOLVED} UNION ALL {_SPAM_OR_MERGED}", [*params, first, first]


def _open_now(filters: FactFilters, first: datetime) -> tuple[str, list[Any]]:
    """Tags are asked here already: no index of open tickets holds them, and one of tags does."""
    if filters.tag in ("", "none"):
        return _OPEN_NOW, [first]
    return f"{_OPEN_NOW} AND t.tags @> ARRAY[%s]::varchar[]", [first, filters.tag]


def _open_at(viewer: Agent, filters: FactFilters, at: datetime) -> tuple[str, list[Any]]:
    where, params = _narrowed(viewer, filters)
    return f"f.began_at < %s AND (f.ended_at IS NULL OR f.ended_at >= %s) AND {where}", [at, at, *params]


def _narrowed(viewer: Agent, filters: FactFilters) -> tuple[str, list[Any]]:
    parts = ["true"]
    params: list[Any] = []
    for name, column in _COLUMNS.items():
        if value := getattr(filters, name):
            parts.append(f"f.{column} IS NULL" if value == "none" else f"f.{column} = %s")
            params += [] if value == "none" else [int(value)]
    for name in ("channel", "priority"):
        if value := getattr(filters, name):
            parts.append(f"f.{name} = %s")
            params.append(value)
    if filters.brand:
        sql, more = of_brand(filters.brand)
        parts.append(sql)
        params += more
    if filters.tag:
        parts.append("f.tags = '{}'" if filters.tag == "none" else "%s = ANY(f.tags)")
        params += [] if filters.tag == "none" else [filters.tag]
    sql, more = condition_on("f.ticket_id", tickets_for(viewer, filters))
    return " AND ".join([*parts, sql]), [*params, *more]


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
