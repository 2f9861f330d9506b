"""The book of fetched mails: each is stored at the door and noted with its mark in one transaction, so never twice."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, transaction

from channels_in.email.door import Mail, take_in
from channels_in.models import DeliveryState, FetchedMail, InboundDelivery
from core.crashpoints import crashpoint
from tickets.models import Inbox

logger = logging.getLogger(__name__)


# Whether somebody still waits for an answer, a mailbox does not tell.
OPEN_HISTORY = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mail as it came from the server. `whole_size` is set when only its beginning was taken."""

    mark: str
    raw: bytes = field(repr=False)
    arrived_at: datetime | None
    whole_size: int = 0
    is_history: bool = False


def known(inbox: Inbox, generation: int, marks: Sequence[str]) -> set[str]:
    """Those of the marks that were dealt with."""
    rows = FetchedMail.objects.filter(inbox=inbox, generation=generation, mark__in=marks)
    return set(rows.values_list("mark", flat=True))


def waiting(inbox: Inbox) -> int:
    """How many mails of the inbox the workers still have before them."""
    return InboundDelivery.objects.filter(inbox=inbox, state=DeliveryState.NEW).count()


def store(inbox: Inbox, generation: int, found: Sequence[Found]) -> int:
    """All of them, or each for itself when one spoils the transaction; returns how many were stored."""
    try:
        return _store(inbox, generation, found)
    except DatabaseError:
        raise
    except Exception as error:
        logger.warning("A batch of fetched mails is taken apart", exc_info=error)
    return sum(_store_alone(inbox, generation, item) for item in found)


def pass_over(inbox: Inbox, generation: int, marks: Sequence[str]) -> None:
    """Mails from before the import window: noted, so that nobody looks for them."""
    rows = [FetchedMail(inbox=inbox, generation=generation, mark=mark) for mark in marks]
    FetchedMail.objects.bulk_create(rows, ignore_conflicts=True)


def _store_alone(inbox: Inbox, generation: int, item: Found) -> int:
    try:
        return _store(inbox, generation, [item])
    except DatabaseError:
        raise
    except Exception:
        # Without a line in the book it counts as missing, and people are told.
        logger.exception("A fetched mail could not be stored", extra={"inbox": inbox.pk, "mark": item.mark})
        return 0


def _store(inbox: Inbox, generation: int, found: Sequence[Found]) -> int:
    with transaction.atomic():
        rows = [
            FetchedMail(inbox=inbox, generation=generation, mark=item.mark, delivery_id=_taken_in(inbox, item))
            for item in found
        ]
        FetchedMail.objects.bulk_create(rows, ignore_conflicts=True)
        crashpoint("fetch.before_commit")
    return len(rows)


def _taken_in(inbox: Inbox, item: Found) -> int:
    mail = Mail(
        raw=item.raw,
        arrived_at=item.arrived_at,
        whole_size=item.whole_size,
        history=OPEN_HISTORY if item.is_history else "",
        is_fetched=True,
    )
    # Older mail waits for the sweeper, so that it never stands before what comes in now.
    return take_in(inbox, mail, is_enqueued=not item.is_history).delivery_id
