"""The nightly self-check finds nothing where all is well, and names what is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from reports.self_check import check_and_tell
from sla.models import Fact
from tests.cast import Cast
from tests.reports.fortnight import NOW, Fortnight


def test_self_check_finds_no_difference_and_says_so_on_the_page(
    cast: Cast, fortnight: Fortnight, client: Client, time_machine: time_machine.TimeMachineFixture
) -> None:
    time_machine.move_to(NOW + timedelta(days=7), tick=False)
    checked = check_and_tell()
    assert checked.differences == ()
    assert checked.facts > 50
    assert checked.figures >= 3
    client.force_login(cast.mona)
    assert "no difference" in client.get("/reports/").content.decode()


def test_self_check_names_a_wrong_length(
    cast: Cast,
    fortnight: Fortnight,
    caplog: pytest.LogCaptureFixture,
    time_machine: time_machine.TimeMachineFixture,
) -> None:
    time_machine.move_to(NOW + timedelta(days=7), tick=False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE sla_fact SET wall_seconds = wall_seconds + 60, business_seconds = business_seconds + 60")
    checked = check_and_tell()
    assert len(checked.differences) == 20
    fact = Fact.objects.exclude(wall_seconds=None).order_by("pk").first()
    assert fact is not None
    assert "by the wall" in caplog.text
