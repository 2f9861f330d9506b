"""Callbacks: somebody is promised a call, and it is made, moved, called off or missed."""

from __future__ import annotations

from dataclasses import dataclass

from core.events.base import TicketChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPlanned(TicketChanged):
    """A call between `starts_at` and `ends_at` was promised. `moved_from` is the callback that this one takes over;
    `is_booked`: the customer chose the time themselves."""

    callback_id: int
    starts_at: str
    ends_at: str
    asked_by: str = "agent"
    is_booked: bool = False
    moved_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMade(TicketChanged):
    """Somebody called: `outcome` is called or no_answer. `is_kept`: within the window, so the promise was kept."""

    callback_id: int
    outcome: str
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMoved(TicketChanged):
    """Another time was agreed on; the new callback has an event of its own."""

    callback_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCancelled(TicketChanged):
    callback_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackNear(TicketChanged):
    """It is about to begin; `agent_ids` are told."""

    callback_id: int
    starts_at: str
    agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMissed(TicketChanged):
    """Nobody had called by the end of the window; told once, `late_by` seconds after it when the desk was down."""

    callback_id: int
    ends_at: str
    late_by: int = 0
    agent_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackUndone(TicketChanged):
    """The last word on a callback was taken back: the event `undoes` counts no longer."""

    callback_id: int
    undoes: int
