"""Takes in what the outside world hands over: the raw bytes are committed before the sender hears OK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from channels_in.models.inbound_delivery import short_id
from channels_in.services.enqueue import PROCESS_INBOUND, announce, ask
from core.crashpoints import crashpoint
from tickets.models import Inbox

# The parts of an album come within about a second, and nobody says how many there are.
BUNDLE_SECONDS = 1.5

_INSERT = """
    INSERT INTO channels_in_inbounddelivery
        (inbox_id, external_id, raw, headers, lane, bundle, due_at,
        received_at, state, attempts, error, outcome, reason)
    VALUES (%s, %s, %s, %s::jsonb, %s, %s, now() + make_interval(secs => %s), now(), 'new', 0, '', '', '')
    ON CONFLICT (inbox_id, external_id) DO NOTHING
    RETURNING id"""
_KNOWN = "SELECT id FROM channels_in_inbounddelivery WHERE inbox_id = %s AND external_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    delivery_id: int
    is_duplicate: bool


def accept(
    inbox: Inbox,
    external_id: str,
    raw: bytes,
    headers: Mapping[str, str],
    *,
    lane: str = "",
    bundle: str = "",
    is_enqueued: bool = True,
) -> Accepted:
    """Store and commit a delivery, then ask a worker for it. A copy of a known one changes nothing.

    `is_enqueued=False` is for callers that go on with `process_now`. Database errors reach the caller, who must not
    say OK then.
    """
    key = short_id(external_id)
    crashpoint("accept.before_commit")
    with connection.cursor() as cursor:
        places = [short_id(lane, 120), short_id(bundle, 120), BUNDLE_SECONDS if bundle else 0]
        cursor.execute(_INSERT, [inbox.pk, key, raw, json.dumps(dict(headers)), *places])
        inserted = cursor.fetchone()
        if inserted is None:
            cursor.execute(_KNOWN, [inbox.pk, key])
            return Accepted(delivery_id=cursor.fetchone()[0], is_duplicate=True)
    delivery_id: int = inserted[0]
    transaction.on_commit(lambda: crashpoint("accept.after_commit"))
    if is_enqueued and not bundle:
        transaction.on_commit(lambda: ask(PROCESS_INBOUND, [delivery_id]) if lane else announce(delivery_id))
    return Accepted(delivery_id=delivery_id, is_duplicate=False)
