"""Takes the mails of an archive in as history: dates and threads kept, nobody answered, notified or alarmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from channels_in.email.door import Mail, take_in
from channels_in.email.importing.archive import Place
from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services.process import process_now
from core.crashpoints import crashpoint
from tickets.models import Inbox

TOO_LARGE, BEFORE, UNREADABLE = "too large", "already here", "unreadable"


def import_mails(places: Sequence[Place], inbox: Inbox, *, status: str) -> Iterator[Counter[str]]:
    """One mail after the other, in their order; yields what came of all so far. Begun again after an interruption, it
    passes over what is here and finishes what was left half-way."""
    told: Counter[str] = Counter()
    for place in places:
        told[_import(place, inbox, status)] += 1
        yield told


def _import(place: Place, inbox: Inbox, status: str) -> str:
    raw = _read(place)
    if raw is None:
        return TOO_LARGE
    accepted = take_in(inbox, Mail(raw=raw, history=status), is_enqueued=False)
    crashpoint("import.after_storing")
    if accepted.is_duplicate and _is_handled(accepted.delivery_id):
        return BEFORE
    outcome = process_now(accepted.delivery_id).outcome
    return UNREADABLE if outcome in (DeliveryState.QUARANTINED, DeliveryState.NEW) else outcome


def _read(place: Place) -> bytes | None:
    size = place.size or Path(place.path).stat().st_size
    return place.read() if size <= settings.MAX_MAIL_BYTES else None


def _is_handled(delivery_id: int) -> bool:
    return not InboundDelivery.objects.filter(pk=delivery_id, state=DeliveryState.NEW).exists()
