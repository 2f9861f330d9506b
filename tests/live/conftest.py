"""Keeps the test's database connection, whose open transaction Channels would take for a leak."""

import pytest


@pytest.fixture(autouse=True)
def _keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)
