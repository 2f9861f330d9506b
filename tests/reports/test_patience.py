"""Questions that take the database too long."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from core.errors import TakesTooLong
from reports.definitions.volume import VolumeReport
from reports.runner import run_report
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_manager_who_asks_too_much_is_told_how_to_ask_for_less(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: Any, **__: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(60)")

    monkeypatch.setattr(VolumeReport, "run", run)
    client.force_login(cast.mona)
    page = client.get("/reports/volume/?days=365&team=none")
    assert page.status_code == 503
    assert "This takes too long" in page.content.decode()
    assert 'href="?days=30&amp;team=none"' in page.content.decode()
    assert "The last 30 days" not in client.get("/reports/volume/?days=30").content.decode()
    with pytest.raises(TakesTooLong):
        run_report(cast.mona, "volume", {})
