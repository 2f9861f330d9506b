"""What an operator sets in the environment is refused where it cannot be meant."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from helpdesk.settings.environment import days_kept


@pytest.mark.parametrize("value", ["0", "-1", "99999999999"])
def test_operator_who_wants_to_keep_for_ever_does_not_lose_everything(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("KEEP_OFFERS_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match="KEEP_OFFERS_DAYS"):
        days_kept("KEEP_OFFERS_DAYS", default=90)


def test_days_are_as_set_or_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_OFFERS_DAYS", "400")
    monkeypatch.delenv("KEEP_BULK_DAYS", raising=False)
    assert (days_kept("KEEP_OFFERS_DAYS", default=90), days_kept("KEEP_BULK_DAYS", default=30)) == (400, 30)
