"""Calls that were promised: one kept, one kept without an answer, one missed and made later, one moved and kept, one
called off, and one whose outcome was taken back and then missed."""

from __future__ import annotations

from datetime import timedelta

from callbacks.models import Callback
from callbacks.services import settling
from callbacks.services.planning import Plan, move_callback, plan_callback
from callbacks.tasks import tick_callbacks
from core.clock import now
from tests.desk import customer_writes
from tests.reports.golden.stage import Figure, Stage


def play(stage: Stage) -> None:
    stage.at(23, 10)
    kept, unanswered, late, moved, off, undone = (_promise(stage) for _ in range(6))
    stage.at(23, 11, 10)
    _call(stage, kept, "called")
    _call(stage, unanswered, "no_answer")
    _call(stage, undone, "called")
    settling.undo_callback(undone, actor=stage.mia.as_actor())
    settling.cancel_callback(off, actor=stage.mia.as_actor())
    starts_at = now() + timedelta(days=1)
    again = move_callback(
        moved, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), actor=stage.mia.as_actor()
    )
    stage.at(23, 12)
    tick_callbacks()
    _call(stage, late, "called")
    stage.at(24, 11, 30)
    _call(stage, again, "called")
    stage.at(25, 9)
    tick_callbacks()


def _promise(stage: Stage) -> Callback:
    """For the half hour from eleven."""
    starts_at = now() + timedelta(hours=1)
    plan = Plan(phone="+49 30 901820", starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    return plan_callback(customer_writes(stage.shop), plan, actor=stage.mia.as_actor())


def _call(stage: Stage, callback: Callback, outcome: str) -> None:
    settling.record_call(callback, outcome=outcome, actor=stage.ben.as_actor())


# Six promises and the new one of the one that was moved. Made: kept, unanswered, late and the moved one's successor;
# the call that was taken back is none. Decided are three kept and two missed; the other two came to nothing.
EXPECTED: dict[str, Figure] = {
    "callbacks_planned": 7,
    "callbacks_made": 4,
    "callbacks_kept": 3,
    "callbacks_missed": 2,
    "callbacks_decided": 5,
    "callbacks_kept_share": 60,
    "callbacks_unanswered": 25,
}
