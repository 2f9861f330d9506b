"""Lets surveys and recoveries count in the business hours of promises, which they do not know."""

from __future__ import annotations

from datetime import datetime

from core.db import run
from csat import hours


def wire() -> None:
    hours.provide(_after_open_minutes)


def _after_open_minutes(team_id: int | None, inbox_id: int | None, start: datetime, minutes: int) -> datetime:
    sql = "SELECT sla_due_at(sla_hours_of(%s::bigint, %s::bigint), %s::timestamptz, %s::double precision)"
    due: datetime = run([(sql, [team_id, inbox_id, start, minutes * 60.0])])[0][0]
    return due
