"""Replies need a channel; the bell does not care which."""

from __future__ import annotations

import pytest

from tests.desk import plain_channel


@pytest.fixture(autouse=True)
def _plain_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.capabilities._provider", plain_channel)
