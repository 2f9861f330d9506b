"""Which columns reports reckon with, and the one statement that reads them from the facts."""

# ruff: noqa: S608 - names, conditions and expressions are constant text of this app; values are parameters.

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from reports.fact_sets import AMOUNTS, ITEMS, SETS, FactSet, by_kind

Array = npt.NDArray[Any]
# Numbers as they are; `minute` and `began` count minutes from 1970: no zone has changed by less in this century.
NUMBERS = {"minute": "<i4", "began": "<i4", "ticket": "<i8", "wall": "<f8", "business": "<f8", "amount": "<f8"}
# What few facts differ in is kept as a code.
CODED = ("sets", "team", "agent", "inbox", "organization", "channel", "priority", "metric", "tags", "item", "target")
TEXTS = ("channel", "priority", "metric", "item")
# Dimensions whose column has another name.
COLUMN_OF = {"tag": "tags", "brand": "inbox"}
_MOST_SETS = 62
_FORMAT = 1

_TEXT_KEY = "hashtextextended({}, 0)"
_COLUMNS = {
    "minute": "floor(date_part('epoch', f.at) / 60)::int8",
    "began": "coalesce(floor(date_part('epoch', f.began_at) / 60), -1)::int8",
    "team": "coalesce(f.team_id, -1)",
    "agent": "coalesce(f.agent_id, -1)",
    "inbox": "coalesce(f.inbox_id, -1)",
    "organization": "coalesce(f.organization_id, -1)",
    "target": "coalesce(f.target_seconds, -1)::int8",
    "ticket": "coalesce(f.ticket_id, 0)",
    "channel": _TEXT_KEY.format("f.channel"),
    "priority": _TEXT_KEY.format("f.priority"),
    "metric": _TEXT_KEY.format("f.metric"),
    "tags": _TEXT_KEY.format("f.tags::text"),
    "wall": "coalesce(f.wall_seconds, 'NaN')",
    "business": "coalesce(f.counted_seconds, f.business_seconds, 'NaN')",
}


@dataclass(frozen=True, slots=True)
class Window:
    """The facts of a kind from `since` to before `until`."""

    kind: str
    since: datetime
    until: datetime


def sets_of(kind: str) -> list[FactSet]:
    """The sets that hold facts of this kind, each with a bit of its own: the first one has the lowest."""
    found = [chosen for chosen in SETS.values() if kind in chosen.kinds]
    if len(found) > _MOST_SETS:
        raise ValueError(f"facts of the kind {kind} belong to more sets than there are bits")
    return found


def keys_of_bits(kind: str, bits: int) -> str:
    """The keys of the sets whose bits are on."""
    return " ".join(chosen.key for number, chosen in enumerate(sets_of(kind)) if bits >> number & 1)


def version_of(kind: str) -> str:
    """Changes whenever facts of this kind would be stored otherwise: what was stored before counts no more."""
    told = f"{_FORMAT}{_expressions([kind])}{[chosen.key for chosen in sets_of(kind)]}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def rows_statement(windows: Sequence[Window]) -> tuple[str, list[Any]]:
    """Every fact of the windows that stands, as fields of eight bytes, ordered by kind and time."""
    kinds = sorted({window.kind for window in windows})
    fields = ", ".join(f"({sql})" for sql in _expressions(kinds).values())
    sql = f"""
        SELECT array_position(%s::text[], f.kind::text)::int8, {fields}
        {_from(windows)}
        ORDER BY 1, 2, f.id"""
    return sql, [kinds, *_params(windows)]


def texts_statement(windows: Sequence[Window], unknown: Sequence[int]) -> tuple[str, list[Any]]:
    """The words behind some keys: (key, text or nothing, list of tags or nothing)."""
    kinds = sorted({window.kind for window in windows})
    item = by_kind(ITEMS, kinds, "NULL")
    sql = f"""
        WITH r AS MATERIALIZED (
            SELECT f.channel, f.priority, f.metric, coalesce({item}, '') AS item, f.tags {_from(windows)})
        SELECT DISTINCT k.key, k.word, k.tags FROM r CROSS JOIN LATERAL (VALUES
            ({_TEXT_KEY.format("r.channel")}, r.channel::text, NULL::varchar[]),
            ({_TEXT_KEY.format("r.priority")}, r.priority, NULL),
            ({_TEXT_KEY.format("r.metric")}, r.metric, NULL),
            ({_TEXT_KEY.format("r.item")}, r.item, NULL),
            ({_TEXT_KEY.format("r.tags::text")}, NULL, r.tags)
        ) k(key, word, tags) WHERE k.key = ANY(%s)"""
    return sql, [*_params(windows), list(unknown)]


def dtype_of() -> np.dtype[Any]:
    """One row of PostgreSQL's binary copy format: how many fields, then each with its length before it."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name in ("kind", *_expressions([])):
        fields += [(f"length of {name}", ">i4"), (name, ">f8" if NUMBERS.get(name) == "<f8" else ">i8")]
    return np.dtype(fields)


def _expressions(kinds: Sequence[str]) -> dict[str, str]:
    return {
        **_COLUMNS,
        "item": _TEXT_KEY.format(f"coalesce({by_kind(ITEMS, kinds, 'NULL')}, '')"),
        "amount": f"coalesce({by_kind(AMOUNTS, kinds, 'NULL::float8')}, 'NaN')",
        "sets": by_kind({kind: _bits(kind) for kind in kinds}, kinds, "0::int8"),
    }


def _bits(kind: str) -> str:
    bits = [
        f"CASE WHEN {chosen.sql} THEN {1 << number}::int8 ELSE 0 END" for number, chosen in enumerate(sets_of(kind))
    ]
    return f"({' + '.join(bits)})" if bits else "0::int8"


def _from(windows: Sequence[Window]) -> str:
    stretches = " OR ".join(["f.kind = ANY(%s) AND f.at >= %s AND f.at < %s"] * len(_stretches(windows)))
    return f"""
        FROM sla_fact f
        WHERE ({stretches}) AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"""


def _params(windows: Sequence[Window]) -> list[Any]:
    return [value for (since, until), kinds in _stretches(windows).items() for value in (kinds, since, until)]


def _stretches(windows: Sequence[Window]) -> dict[tuple[datetime, datetime], list[str]]:
    """The kinds of each stretch of time: mostly there is one for all."""
    found: dict[tuple[datetime, datetime], list[str]] = {}
    for window in windows:
        found.setdefault((window.since, window.until), []).append(window.kind)
    return found
