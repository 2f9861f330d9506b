"""Raw bytes: kept with every message, dropped after a while where nothing came of them; the row still knows copies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from channels_in.models import InboundDelivery
from channels_in.services.accept import accept
from channels_in.services.retention import drop_raw
from core.clock import now
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def a_delivery(cast: Cast, state: str, outcome: str, *, days: int) -> InboundDelivery:
    at = now() - timedelta(days=days)
    name = f"{state}-{outcome}-{days}"
    return InboundDelivery.objects.create(
        inbox=cast.mail, external_id=name, raw=b"raw", state=state, outcome=outcome, handled_at=at
    )


def test_only_what_became_no_message_is_emptied_after_the_days_of_the_setting(cast: Cast, settings: Settings) -> None:
    settings.KEEP_RAW_DAYS = 5
    emptied = [
        a_delivery(cast, "ignored", "ignored", days=6),
        a_delivery(cast, "discarded", "quarantined", days=6),
        a_delivery(cast, "done", "duplicate", days=6),
    ]
    kept = [
        a_delivery(cast, "done", "created", days=600),
        a_delivery(cast, "done", "appended", days=600),
        a_delivery(cast, "quarantined", "quarantined", days=600),
        a_delivery(cast, "suspended", "suspended", days=600),
        a_delivery(cast, "ignored", "ignored", days=4),
    ]
    assert drop_raw() == len(emptied)
    assert drop_raw() == 0
    dropped = InboundDelivery.objects.filter(raw_dropped_at__isnull=False)
    assert set(dropped) == set(emptied)
    assert {bytes(row.raw) for row in dropped} == {b""}
    assert {bytes(InboundDelivery.objects.get(pk=row.pk).raw) for row in kept} == {b"raw"}


def test_copy_of_an_emptied_delivery_is_still_known(cast: Cast, settings: Settings) -> None:
    row = a_delivery(cast, "ignored", "ignored", days=600)
    drop_raw()
    again = accept(cast.mail, row.external_id, b"raw", {}, is_enqueued=False)
    assert (again.is_duplicate, again.delivery_id) == (True, row.pk)
