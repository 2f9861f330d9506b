"""Routing's work: one task per unit of work, and a sweep for what got lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from core.batches import stop_if_out_of_time
from routing.services import (
    arming,
    bulk,
    chat_ends,
    contact_news,
    dispatching,
    errands,
    following,
    keeping,
    offers,
    overflow,
    reacting,
    staffing,
    telling,
    timing,
    unanswered_chats,
    webhooks,
)

logger = logging.getLogger(__name__)


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def react_to_events(event_ids: list[int], may_free: bool = True) -> None:
    """Rules first, since they choose the team; then tickets are handed out."""
    reacting.react_to(event_ids)
    if may_free:
        dispatching.dispatch_all()


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def dispatch_tickets() -> None:
    """Somebody may have room now; and what goes on waiting may do so for another reason."""
    dispatching.dispatch_all()
    telling.tell()


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def sweep_routing() -> None:
    """Lost events, chats that rang out, what was left behind, and agents who came online without a word."""
    _each_by_itself(_react_to_lost, _go_on, unanswered_chats.settle, offers.pass_on_rings, offers.hand_back)
    _each_by_itself(dispatching.dispatch_all, _overflow, telling.tell)


@shared_task(queue="route", soft_time_limit=50, time_limit=60)
def tell_of_contacts() -> None:
    """A contact is different now: a batch of their open tickets, then the next task."""
    if contact_news.tell():
        tell_of_contacts.delay()


@shared_task(queue="clock", soft_time_limit=50, time_limit=60)
def fire_time_rules() -> None:
    """Waits that have lasted long enough, reminders that are due, and calls whose next try has come."""
    _each_by_itself(timing.fire_due, errands.remind_due, _call_due)


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def find_abandoned_chats() -> None:
    """Visitors who left before anybody answered."""
    chat_ends.find_abandoned()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def look_at_staffing() -> None:
    """Who is on duty in this quarter of an hour."""
    staffing.look()


@shared_task(queue="clock", soft_time_limit=20, time_limit=30)
def follow_shifts() -> None:
    """Shifts that have begun or ended set the availability of their agents."""
    following.follow_shifts()


@shared_task(queue="bulk", soft_time_limit=110, time_limit=120)
def arm_rules(rule_ids: list[int], after_ticket_id: int = 0) -> None:
    """A changed time rule waits for what waits already: a batch of tickets, then the next task."""
    for rule_id in arming.among_unfinished(rule_ids):
        reached = arming.arm_rule(rule_id, after_ticket_id=after_ticket_id)
        arming.note(rule_id, reached)
        if reached is not None:
            arm_rules.delay([rule_id], reached)


@shared_task(queue="bulk", soft_time_limit=50, time_limit=60)
def change_many(job_id: int) -> None:
    """A part of a change of many tickets, then the next task."""
    if bulk.work(job_id):
        change_many.delay(job_id)


@shared_task(queue="bulk", soft_time_limit=50, time_limit=60)
def call_webhook(call_id: int) -> None:
    webhooks.call(call_id)


@shared_task(queue="bulk", soft_time_limit=280, time_limit=300)
def drop_old_traces() -> None:
    """What rules left behind long ago."""
    keeping.drop_old()


def _each_by_itself(*steps: Callable[[], object]) -> None:
    """One step that fails, such as on a broken row, must not keep the others from ever being taken."""
    for step in steps:
        try:
            step()
        except Exception as error:
            logger.exception("A step of a sweep failed; the next sweep tries it again", extra={"step": step.__name__})
            stop_if_out_of_time(error)


def _react_to_lost() -> None:
    reacting.react_to(reacting.overdue_event_ids())
    contact_news.tell(lost_only=True)


def _go_on() -> None:
    for rule_id, position in arming.unfinished():
        arm_rules.delay([rule_id], position)
    for job_id in bulk.lost_jobs():
        change_many.delay(job_id)


def _overflow() -> None:
    if overflow.pass_on():
        dispatching.dispatch_all()


def _call_due() -> None:
    """A task that no worker takes in time is dropped as the call is handed out anew: the queue never holds doubles."""
    for call_id in webhooks.due_calls():
        call_webhook.apply_async((call_id,), expires=webhooks.HANDED_FOR.total_seconds())
