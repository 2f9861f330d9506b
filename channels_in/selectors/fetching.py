"""How the fetching of mailboxes fares, for people: when it last worked, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels_in.email.mailbox import mailbox_of
from channels_in.models import MailFetch, MailGrant
from core.clock import now
from tickets.models import Inbox

# A mailbox is looked at each minute; when nobody has done so for so long, something is wrong.
LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLine:
    """`is_well` is what colours the line; `problem` a sentence, empty when all is well. `is_stuck`: nobody tries."""

    last_good_at: datetime | None
    problem: str
    next_try_at: datetime | None
    missing: int
    is_importing: bool
    is_well: bool
    is_stuck: bool


def fetch_lines(inboxes: Iterable[Inbox]) -> dict[int, FetchLine]:
    """By inbox id; inboxes that fetch nothing have no line."""
    fetched = [inbox for inbox in inboxes if mailbox_of(inbox) is not None]
    states = {state.inbox_id: state for state in MailFetch.objects.filter(inbox__in=[item.pk for item in fetched])}
    return {inbox.pk: _line(inbox, states.get(inbox.pk)) for inbox in fetched}


def fetch_line(inbox: Inbox) -> FetchLine | None:
    return fetch_lines([inbox]).get(inbox.pk)


def is_signed_in(inbox: Inbox) -> bool:
    return MailGrant.objects.filter(inbox=inbox, is_revoked=False).exists()


def _line(inbox: Inbox, state: MailFetch | None) -> FetchLine:
    last = state.last_good_at if state else None
    next_try_at = state.next_try_at if state else None
    problem = state.problem if state else ""
    is_stuck = inbox.is_active and max(filter(None, (inbox.created_at, last, next_try_at))) < now() - LATE
    if is_stuck:
        problem = problem or "Nothing fetches it: see whether the process “fetch_mail” runs."
    missing = state.missing_count if state else 0
    return FetchLine(
        last_good_at=last,
        problem=problem,
        next_try_at=next_try_at,
        missing=missing,
        is_importing=bool(state and state.backfill_uid),
        is_well=not problem and not missing,
        is_stuck=is_stuck,
    )
