"""Takes deliveries for one worker: a lease moves `due_at`, so what a dead worker held becomes due again by itself."""

from __future__ import annotations

from channels_in.models import DeliveryState, InboundDelivery

# Longer than the hard time limit of the task that holds it.
LEASE_SECONDS = 60
# A delivery that has killed its worker this often, without ever telling why, is taken out of the queue.
MAX_SILENT_ATTEMPTS = 5

# A lost lease costs a second reading, never a message: no need to wait for the disk.
_LEASE = f"""
    SET LOCAL synchronous_commit TO off;
    UPDATE channels_in_inbounddelivery
    SET due_at = clock_timestamp() + interval '{LEASE_SECONDS} seconds', attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM channels_in_inbounddelivery d
        WHERE state = 'new' AND due_at <= clock_timestamp() AND {{which}}
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING *"""  # noqa: S608 - made of constants
_FIRST_OF_LANE = """
    (lane = '' OR NOT EXISTS (
        SELECT 1 FROM channels_in_inbounddelivery older
        WHERE older.inbox_id = d.inbox_id AND older.lane = d.lane AND older.state = 'new' AND older.lane <> ''
            AND older.id < d.id AND (d.bundle = '' OR older.bundle <> d.bundle)
    ))"""
_ONE = f"id = %s AND bundle = '' AND {_FIRST_OF_LANE}"
# All parts, and only when the youngest has been waiting long enough that no further one is likely.
_BUNDLE = f"""
    inbox_id = %s AND bundle = %s AND {_FIRST_OF_LANE} AND NOT EXISTS (
        SELECT 1 FROM channels_in_inbounddelivery part
        WHERE part.inbox_id = d.inbox_id AND part.lane = d.lane AND part.bundle = d.bundle
            AND part.state = 'new' AND part.due_at > clock_timestamp()
    )"""  # noqa: S608 - made of constants


def claim(delivery_id: int) -> list[InboundDelivery]:
    """The delivery under a lease, with the rest of its bundle; empty when it is not to be had now."""
    found = list(InboundDelivery.objects.raw(_LEASE.format(which=_ONE), [delivery_id]))
    if found:
        return found
    waiting = InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.NEW).exclude(bundle="")
    part = waiting.only("inbox_id", "bundle").first()
    if part is None:
        return []
    parts = InboundDelivery.objects.raw(_LEASE.format(which=_BUNDLE), [part.inbox_id, part.bundle])
    return sorted(parts, key=lambda row: row.pk)


def next_of_lane(done: InboundDelivery) -> int | None:
    """The delivery that waited for this one, if any."""
    if not done.lane:
        return None
    waiting = InboundDelivery.objects.filter(inbox_id=done.inbox_id, lane=done.lane, state=DeliveryState.NEW)
    return waiting.order_by("id").values_list("pk", flat=True).first()
