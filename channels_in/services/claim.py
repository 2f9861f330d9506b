"""Takes deliveries for one worker: a lease moves `due_at`, so what a dead worker held becomes due again by itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.db.models.functions import Now

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
# Once more than that, a delivery may be what killed its worker: then it goes alone. Others that wait in no lane come
# along, the longest-waiting first: on a backlog one task does the work of many.
_FRESH = f"""
    SET LOCAL synchronous_commit TO off;
    WITH asked AS (
        SELECT id FROM channels_in_inbounddelivery d
        WHERE state = 'new' AND due_at <= clock_timestamp()
            AND id = ANY(%(ids)s) AND attempts = 0 AND bundle = '' AND {_FIRST_OF_LANE}
        ORDER BY id FOR UPDATE SKIP LOCKED
    ), others AS (
        SELECT id FROM channels_in_inbounddelivery
        WHERE state = 'new' AND due_at <= clock_timestamp()
            AND NOT id = ANY(%(ids)s) AND attempts = 0 AND bundle = '' AND lane = ''
        ORDER BY due_at, id LIMIT GREATEST(0, %(together)s - (SELECT count(*) FROM asked))
        FOR UPDATE SKIP LOCKED
    )
    UPDATE channels_in_inbounddelivery
    SET due_at = clock_timestamp() + interval '{LEASE_SECONDS} seconds', attempts = attempts + 1
    WHERE id IN (SELECT id FROM asked UNION ALL SELECT id FROM others)
    RETURNING *"""  # noqa: S608 - made of constants
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


def claim_fresh(delivery_ids: Sequence[int], *, together: int = 0) -> list[InboundDelivery]:
    """Those of the deliveries that nobody has tried yet and that are the first of their lanes, under one lease; with
    others that wait, until there are as many as go `together`."""
    rows = InboundDelivery.objects.raw(_FRESH, {"ids": list(delivery_ids), "together": together})
    return sorted(rows, key=lambda row: row.pk)


def to_be_taken_alone(delivery_ids: Sequence[int], *, besides: Sequence[InboundDelivery]) -> list[int]:
    """Of the deliveries besides the claimed ones, those that are due: tried before, or part of a bundle."""
    rest = set(delivery_ids).difference(row.pk for row in besides)
    if not rest:
        return []
    due = InboundDelivery.objects.filter(pk__in=rest, state=DeliveryState.NEW, due_at__lte=Now())
    alone = due.filter(Q(attempts__gt=0) | ~Q(bundle=""))
    return list(alone.order_by("id").values_list("pk", flat=True))


def next_waiting() -> list[int]:
    """One that waits in no lane, for the next task to begin with; none when nothing does."""
    waiting = InboundDelivery.objects.filter(state=DeliveryState.NEW, due_at__lte=Now(), lane="", bundle="", attempts=0)
    return list(waiting.order_by("due_at", "id").values_list("pk", flat=True)[:1])


def next_of_lanes(done: Sequence[InboundDelivery]) -> list[int]:
    """The deliveries that waited for these, the oldest of each lane; those still waiting themselves are left out."""
    lanes = {(row.inbox_id, row.lane) for row in done if row.lane}
    if not lanes:
        return []
    waiting = InboundDelivery.objects.filter(
        state=DeliveryState.NEW, inbox_id__in={inbox for inbox, _ in lanes}, lane__in={lane for _, lane in lanes}
    )
    firsts = waiting.order_by("inbox_id", "lane", "id").distinct("inbox_id", "lane").values_list("pk", flat=True)
    return sorted(set(firsts).difference(row.pk for row in done))
