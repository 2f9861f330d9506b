"""Moments on the clock of a zone: the same as Python tells them one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from reports.engine.clock import Local
from reports.period import Period

# Clocks that change at midnight, by half an hour, by a whole day, and not at all.
ZONES = ("UTC", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu",
         "Africa/Casablanca", "Pacific/Apia")  # fmt: skip


@pytest.mark.parametrize("name", ZONES)
def test_moments_fall_on_the_days_and_hours_that_python_tells(name: str) -> None:
    zone = ZoneInfo(name)
    for first, days in ((date(2011, 12, 20), 20), (date(2026, 3, 1), 45), (date(2026, 1, 3), 365)):
        period = Period(first, first + timedelta(days=days - 1), zone)
        start, end = (int(moment.timestamp()) // 60 for moment in (period.starts_at, period.ends_at))
        minutes = np.arange(start, end, 7 if days > 50 else 1)
        told = [datetime.fromtimestamp(minute * 60, UTC).astimezone(zone) for minute in minutes.tolist()]
        local = Local(period)
        steps = [(moment.date() - first).days // period.step_days for moment in told]
        assert local.steps(minutes).tolist() == steps
        assert local.hours(minutes).tolist() == [moment.weekday() * 24 + moment.hour for moment in told]
    assert local.steps(np.zeros(0, int)).tolist() == []
