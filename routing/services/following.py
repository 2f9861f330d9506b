"""Sets agents available when their shift begins, and away when it ends; what they choose holds until the next time.

Whoever talks to a chat when the shift ends stays available until the chat needs them no longer, an hour at most.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from core.batches import stop_if_out_of_time
from core.clock import now
from core.events.bus import unit_of_work
from people.models import Availability
from people.services.agents import set_availability
from routing.models import Shift
from routing.selectors.duty import plan_of
from sla.models import OpenInterval
from tickets.capabilities import capabilities_for
from tickets.selectors.workload import open_channels

logger = logging.getLogger(__name__)

GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Border:
    """The last moment at which a shift began (`is_open`) or ended."""

    shift_id: int
    at: datetime
    is_open: bool


def follow_shifts() -> int:
    """Returns how many agents were set. Of the borders of a downtime only the last one counts."""
    return sum(_followed(border) for border in _due(now()))


def _due(at: datetime) -> Iterator[Border]:
    stretch = OpenInterval.objects.filter(hours_id=OuterRef("hours_id"), starts_at__lte=at).order_by("-starts_at")
    shifts = Shift.objects.filter(sets_availability=True, agent__is_active=True).annotate(
        began_at=Subquery(stretch.values("starts_at")[:1]), ends_at=Subquery(stretch.values("ends_at")[:1])
    )
    for pk, done, began_at, ends_at in shifts.values_list("pk", "followed_until", "began_at", "ends_at"):
        if began_at is None:
            continue
        is_open = ends_at > at
        border = began_at if is_open else ends_at
        if border > done:
            yield Border(pk, border, is_open)


def _followed(border: Border) -> bool:
    """One shift that cannot be followed holds up no other; the next minute tries it again."""
    try:
        return _follow(border)
    except Exception as error:
        logger.exception("A shift could not be followed; it will be tried again", extra={"shift_id": border.shift_id})
        stop_if_out_of_time(error)
        return False


def _follow(border: Border) -> bool:
    """Whether the agent was set; a border that has been seen to is not looked at again."""
    at = now()
    with unit_of_work():
        rows = Shift.objects.select_related("agent").select_for_update(of=("self",), skip_locked=True)
        shift = rows.filter(pk=border.shift_id, followed_until__lt=border.at).first()
        if shift is None:
            return False
        agent = shift.agent
        wanted = Availability.AVAILABLE if border.is_open else Availability.AWAY
        is_chosen = agent.availability_changed_at > border.at
        is_on_leave = border.is_open and agent.pk in plan_of([agent], at).leave_ends
        is_set = not (is_chosen or is_on_leave or agent.availability == wanted)
        if is_set and not border.is_open and at < border.at + GRACE and _is_chatting(agent.pk):
            return False
        if is_set:
            set_availability(agent, availability=wanted)
        shift.followed_until = border.at
        shift.save(update_fields=["followed_until"])
    return is_set


def _is_chatting(agent_id: int) -> bool:
    return any(capabilities_for(channel).rings for channel in open_channels(agent_id))
