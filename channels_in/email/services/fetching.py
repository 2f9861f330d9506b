"""How far an inbox's mailbox is fetched, and how its fetcher fares: the cursor, the bad spells, the hourly count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from channels_in.email.mailbox import Mailbox
from channels_in.models import MailFetch
from core.clock import now
from core.crashpoints import crashpoint
from core.events.bus import publish, unit_of_work
from core.events.catalogue import MailboxUnreadable, MailsMissing
from tickets.models import Inbox

# A server may be away for so long before people hear of it; a refused login they hear of at once.
PATIENCE = timedelta(minutes=15)
_PAUSES = (10, 30, 60, 120, 300, 600, 900)
_PAUSES_AFTER_REFUSAL = (120, 300, 900, 1800, 3600)


def state_of(inbox: Inbox) -> MailFetch:
    return MailFetch.objects.get_or_create(inbox=inbox)[0]


def begin(state: MailFetch, mailbox: Mailbox, *, generation: int, next_uid: int, has_older: bool | None = None) -> None:
    """A mailbox that was never fetched: what comes from now on is live, what was there before is the import window."""
    span = mailbox.window_span
    wants_older = span != timedelta(0) if has_older is None else has_older
    move(
        state,
        mailbox=mailbox.key,
        generation=generation,
        boundary_uid=next_uid - 1,
        live_uid=next_uid - 1,
        backfill_uid=next_uid if wants_older else 0,
        is_rescan=False,
        window_from=now() - span if span is not None else None,
    )


def begin_again(state: MailFetch, *, generation: int, next_uid: int) -> None:
    """The server counts anew: the same mails under other numbers. All are looked at again; copies change nothing."""
    move(
        state,
        generation=generation,
        boundary_uid=next_uid - 1,
        live_uid=next_uid - 1,
        backfill_uid=next_uid,
        is_rescan=True,
    )


def move(state: MailFetch, **values: Any) -> None:
    changed = {name: value for name, value in values.items() if getattr(state, name) != value}
    if not changed:
        return
    crashpoint("fetch.before_cursor")
    MailFetch.objects.filter(pk=state.pk).update(**changed)
    crashpoint("fetch.after_cursor")
    for name, value in changed.items():
        setattr(state, name, value)


def note_good(inbox: Inbox) -> None:
    """The mailbox was read to its end. A bad spell is over."""
    MailFetch.objects.filter(inbox=inbox).update(
        last_good_at=now(), failures=0, next_try_at=None, problem="", is_alerted=False
    )


def note_trouble(inbox: Inbox, sentence: str, *, is_login: bool) -> float:
    """Remember why, tell people once per bad spell; returns for how many seconds to leave the server alone."""
    state = state_of(inbox)
    pauses = _PAUSES_AFTER_REFUSAL if is_login else _PAUSES
    seconds = pauses[min(state.failures, len(pauses) - 1)]
    is_long = (state.last_good_at or state.created_at) < now() - PATIENCE
    # An inbox that was just switched off has been told of already.
    is_on = Inbox.objects.filter(pk=inbox.pk, is_active=True).exists()
    is_news = is_on and (is_login or is_long) and not state.is_alerted
    with unit_of_work():
        move(
            state,
            failures=state.failures + 1,
            problem=sentence[:300],
            next_try_at=now() + timedelta(seconds=seconds),
            is_alerted=state.is_alerted or is_news,
        )
        if is_news:
            publish(MailboxUnreadable(inbox_id=inbox.pk, reason=sentence[:300]))
    return float(seconds)


def note_count(state: MailFetch, *, server_count: int, missing: int) -> None:
    """What the look over the whole mailbox found; people hear when the gap is new or grew."""
    is_news = missing > state.missing_count
    with unit_of_work():
        move(state, reconciled_at=now(), server_count=server_count, missing_count=missing)
        if is_news:
            publish(MailsMissing(inbox_id=state.inbox_id, count=missing))
