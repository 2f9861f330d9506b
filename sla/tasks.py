"""The promises' work by the clock: ticks each second, applies edited policies, looks after the hours."""

from __future__ import annotations

import time

from celery import shared_task

from sla.models import BusinessHours
from sla.services import holidays, hours, policies, predicting, refitting, ticking
from tickets.services import waking

# Well within the task's own limit, which would cut it off in the middle.
_APPLYING_SECONDS = 180


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def tick_clocks() -> None:
    """Tell, escalate, warn and wake until nothing is due; after a downtime that is many batches, each a transaction."""
    for step in (ticking.tell_breaches, ticking.escalate_breaches, ticking.warn_of_breaches, waking.wake_due):
        while step():
            continue  # a batch with a broken row does less than it could, and an escalation takes one step at a time


@shared_task(queue="bulk", soft_time_limit=240, time_limit=280)
def apply_policies(after_ticket_id: int = 0) -> None:
    """Policies or hours were edited: set the running clocks anew; what there is no time for goes on in another task."""
    started, of_round = time.monotonic(), refitting.present_round()
    position: int | None = after_ticket_id
    while position is not None:
        position = policies.apply_policies(after_ticket_id=position)
        refitting.note(position, of_round=of_round)
        if position is not None and time.monotonic() - started > _APPLYING_SECONDS:
            apply_policies.delay(position)
            return


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def sweep_policies() -> None:
    """Edited policies whose task got lost, or died on the way."""
    position = refitting.overdue_position()
    if position is not None:
        apply_policies.delay(position)


@shared_task(queue="bulk", soft_time_limit=240, time_limit=280)
def follow_tiers(contact_id: int, organization_id: int | None) -> None:
    """A contact or an organization has bought something else: their open tickets follow."""
    position: int | None = 0
    while position is not None:
        position = policies.apply_policies(
            after_ticket_id=position, contact_id=contact_id, organization_id=organization_id
        )


@shared_task(queue="bulk", soft_time_limit=20, time_limit=30)
def keep_expectations(ticket_ids: list[int]) -> None:
    """What the customers of new tickets could expect."""
    for ticket_id in ticket_ids:
        predicting.keep_expectation(ticket_id)


@shared_task(queue="bulk", soft_time_limit=60, time_limit=80)
def read_feed(hours_id: int) -> None:
    """Take over the holidays of a calendar on the web."""
    found = BusinessHours.objects.filter(pk=hours_id).exclude(feed_url="").first()
    if found is not None:
        holidays.read_feed(found)


@shared_task(queue="bulk", soft_time_limit=100, time_limit=120)
def read_feeds() -> None:
    """Once a day, each calendar in a task of its own."""
    for hours_id in BusinessHours.objects.exclude(feed_url="").values_list("pk", flat=True):
        read_feed.delay(hours_id)


@shared_task(queue="bulk", soft_time_limit=100, time_limit=120)
def extend_hours() -> None:
    """Keep the compiled business hours reaching years ahead."""
    hours.extend_hours()
