"""Callbacks as pages show them: a line each, with what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from callbacks.models import Callback, CallbackState
from callbacks.phone import in_words
from callbacks.selectors.calls import callbacks_of, is_settled_by_customer
from core.clock import now
from people.models import Agent
from people.policy import may
from tickets.models import Ticket
from workspace.forms_callbacks import slot_words

# So long after it a wrong click is taken back without asking anybody.
UNDOABLE = timedelta(hours=1)
_ICONS = {
    CallbackState.PLANNED: "phone",
    CallbackState.CALLED: "circle-check",
    CallbackState.NO_ANSWER: "circle-dashed",
    CallbackState.MISSED: "circle-x",
    CallbackState.MOVED: "reply",
    CallbackState.CANCELLED: "ban",
}

_SHORT = {CallbackState.NO_ANSWER: "No answer"}


def callbacks_in_side(agent: Agent, ticket: Ticket) -> dict[str, Any]:
    return {"lines": [line(row) for row in callbacks_of(ticket)], "may_plan": may(agent, "reply") and ticket.is_open}


def line(callback: Callback) -> dict[str, Any]:
    state = CallbackState(callback.state)
    settled_at = callback.settled_at
    return {
        "row": callback,
        "icon": _ICONS[state],
        "state": _SHORT.get(state, state.label),
        "when": slot_words(callback.starts_at, callback.ends_at),
        "phone": in_words(callback.phone),
        "is_late": state == CallbackState.PLANNED and callback.ends_at <= now(),
        "is_now": callback.is_to_do and callback.starts_at - timedelta(minutes=5) <= now(),
        "may_undo": bool(callback.phone)
        and settled_at is not None
        and settled_at > now() - UNDOABLE
        and not is_settled_by_customer(callback),
        "may_plan_next": state == CallbackState.NO_ANSWER,
    }
