"""Whether somebody answers a chat right now, and what the visitor is told when nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import F, Q

from core.clock import now
from people.models import Role
from people.selectors.agents import online_agents
from routing.selectors.duty import agents_on_duty
from sla.models import HoursUse, OpenInterval
from sla.prediction import in_words
from sla.selectors.expectations import expected_response
from tickets.models import Inbox

_REMEMBERED_SECONDS = 3
# Who reads "online" waits for minutes; a longer span, as on a Sunday with an eager colleague, would only confuse.
_LONGEST_TOLD_SECONDS = 4 * 3600
_AWAY = "We are away at the moment. Leave a message and we answer by e-mail."
_CLOSED = "We are closed at the moment. Leave a message and we answer by e-mail."


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    is_online: bool
    text: str = ""
    opens_at: datetime | None = None


def availability_of(inbox: Inbox) -> Availability:
    """Online when an agent who may see the inbox and answer is, within its hours where it has some."""
    opens_at = _opens_at(inbox)
    if opens_at is not None:
        return Availability(is_online=False, text=inbox.config.get("away_text") or _CLOSED, opens_at=opens_at)
    if not _somebody_is_online(inbox):
        return Availability(is_online=False, text=inbox.config.get("away_text") or _AWAY)
    return Availability(is_online=True)


def expected_in_words(inbox: Inbox) -> str:
    """How soon an answer is likely; empty while nobody can tell, and where it is more than a chat waits for."""
    expected = expected_response(inbox)
    if expected is None or expected.usual_p50_seconds > _LONGEST_TOLD_SECONDS:
        return ""
    return in_words(expected)


def _somebody_is_online(inbox: Inbox) -> bool:
    """Asked by every open chat, so the answer is kept for some seconds."""
    key = f"chat-online:{inbox.pk}"
    known = cache.get(key)
    if known is not None:
        return bool(known)
    # Light agents see the chat, and may not answer it.
    found = online_agents().exclude(role=Role.LIGHT)
    if inbox.is_private:
        found = found.filter(Q(teams__inboxes=inbox) | Q(role__in=[Role.ADMIN, Role.MANAGER])).distinct()
    is_online = bool(agents_on_duty(list(found)))
    cache.set(key, int(is_online), _REMEMBERED_SECONDS)
    return is_online


def _opens_at(inbox: Inbox) -> datetime | None:
    """When the inbox's hours begin; None while they last, or when it has none. Hours named in its own settings count
    before those that were given to it, and these before its brand's."""
    name = inbox.config.get("hours")
    whose = Q(hours__name=name) if name else Q(hours=_hours_given(inbox))
    at = now()
    intervals = OpenInterval.objects.filter(whose, ends_at__gt=at).order_by("starts_at")
    next_one = intervals.values_list("starts_at", flat=True).first()
    return next_one if next_one and next_one > at else None


def _hours_given(inbox: Inbox) -> int | None:
    whose = Q(inbox=inbox) | Q(brand=inbox.brand_id, brand__isnull=False)
    given = HoursUse.objects.filter(whose).order_by(F("inbox_id").asc(nulls_last=True))
    return given.values_list("hours_id", flat=True).first()
