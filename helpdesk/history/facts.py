"""What the promises would have recorded of a life in the past: sla/services/fact_sql.py, told in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from helpdesk.history.chats import chat_rows
from helpdesk.history.clocks import ClockRow
from helpdesk.history.expectations import expectation_rows
from helpdesk.history.life import Happened, Life
from sla.calendar import Calendar
from sla.services.spam_sql import COUNTS_FOR_NOTHING

Row = tuple[Any, ...]
COLUMNS = (
    "kind", "at", "began_at", "ticket_id", "message_id", "metric", "wall_seconds", "business_seconds",
    "counted_seconds", "target_seconds", "is_kept", "policy_id", "policy_version", "hours_id", "hours_version",
    "team_id", "agent_id", "inbox_id", "channel", "priority", "organization_id", "contact_id", "tags",
    "actor_kind", "actor_id", "data",
)  # fmt: skip
_OPEN = ("open", "pending", "on_hold")
_DONE = ("resolved", "closed")
_STANDING = ("pending", "on_hold")
_PLAIN = {"TicketOpened": "opened", "PriorityChanged": "priority_changed", "TeamAssigned": "team_changed"}


@dataclass(slots=True)
class _Telling:
    """Walks through a life's journal and knows at each entry to whom the ticket belonged."""

    life: Life
    team_id: int | None = None
    agent_id: int | None = None
    priority: str = "normal"
    status: str = "open"
    tags: list[str] = field(default_factory=list)
    waiting_since: datetime | None = None
    has_answered: bool = False
    began_at: datetime | None = None
    done_at: datetime | None = None
    paused_at: datetime | None = None
    replies: int = 0
    agents: set[int] = field(default_factory=set)
    reopens: int = 0

    def rows(self) -> Iterator[Row]:
        self.began_at = self.life.opened_at
        for event in self.life.journal:
            yield from self._told(event)

    def _told(self, event: Happened) -> Iterator[Row]:
        match event.kind:
            case "TicketOpened" | "PriorityChanged" | "TeamAssigned" | "TicketAssigned" | "TicketTagged":
                yield from self._changed(event)
            case "MessageReceived":
                self.waiting_since = self.waiting_since or event.at
            case "MessageQueued":
                yield from self._answered(event)
            case "StatusChanged":
                yield from self._status(event)
            case "SLABreachNear" | "SLABreached":
                yield from self._by_itself(event)
            case "CsatAsked" | "RatingGiven" | "RecoveryOpened" | "RecoveryClosed":
                yield from self._opinion(event)

    def _changed(self, event: Happened) -> Iterator[Row]:
        data = event.data
        kind = _PLAIN.get(event.kind, "assigned")
        if event.kind == "TicketOpened":
            self.team_id = data["team_id"]
        elif event.kind == "TeamAssigned":
            self.team_id = data["after"]
        elif event.kind == "PriorityChanged":
            self.priority = data["after"]
        elif event.kind == "TicketAssigned":
            self.agent_id = data["after"]
            kind = "assigned" if data["before"] is None else "transferred"
        else:
            self.tags = [*self.tags, *data["added"]]
            return
        names = ("before", "after", "channel")
        told: dict[str, Any] = {name: data[name] for name in names if name in data}
        yield self._row(kind, event, began=self.life.opened_at, data=told)

    def _answered(self, event: Happened) -> Iterator[Row]:
        metric = "next_response" if self.has_answered else "first_response"
        clock = next((clock for clock in self._clocks() if clock.met_by is event.said and event.said), None)
        if self.waiting_since is not None:
            yield self._row(
                metric, event, began=self.waiting_since, clock=clock, metric=metric, agent_id=event.actor.id
            )
        self.waiting_since, self.has_answered = None, True
        self.replies += 1
        self.agents.add(event.actor.id)

    def _status(self, event: Happened) -> Iterator[Row]:
        before, self.status = self.status, event.data["after"]
        if before in _OPEN and self.status in _DONE:
            clock = next((c for c in self._clocks() if c.metric == "resolution" and c.finished_at == event.at), None)
            data = {
                "status": self.status,
                "replies": self.replies,
                "agents": len(self.agents),
                "reopens": self.reopens,
            }
            yield self._row("resolution", event, began=self.began_at, clock=clock, metric="resolution", data=data)
            self.done_at, self.waiting_since = event.at, None
        elif before in _DONE and self.status in _OPEN:
            yield self._row("reopened", event, began=self.done_at, data={"before": before, "after": self.status})
            self.began_at = event.at
            self.reopens += 1
        elif self.status == "spam":
            told = {"before": before, "after": self.status}
            yield self._row("spam", event, began=self.life.opened_at, data=told)
        yield from self._pause(event)

    def _pause(self, event: Happened) -> Iterator[Row]:
        stands = self.status in _STANDING
        if stands == (self.paused_at is not None) or self.life.clocks.promise is None or self.status not in _OPEN:
            self.paused_at = self.paused_at if self.status in _OPEN else None
            return
        kind, began = ("paused", self.began_at) if stands else ("resumed", self.paused_at)
        yield self._row(kind, event, began=began, metric="resolution", data={"status": self.status, "snoozed": False})
        self.paused_at = event.at if stands else None

    def _by_itself(self, event: Happened) -> Iterator[Row]:
        kind, metric = ("breached" if event.kind == "SLABreached" else "warned"), event.data["metric"]
        clock = next((c for c in reversed(self._clocks()) if c.metric == metric and c.started_at <= event.at), None)
        began = clock.started_at if clock else None
        data = {"late_by_seconds": 0} if kind == "breached" else {}
        is_kept = False if kind == "breached" else None
        yield self._row(kind, event, began=began, clock=clock, metric=metric, data=data, is_kept=is_kept)

    def _opinion(self, event: Happened) -> Iterator[Row]:
        """A question counts as answered on the day when it was asked (reports/satisfaction.py)."""
        assert event.opinion is not None
        request, data = {"request": event.opinion.request_id}, event.data
        match event.kind:
            case "CsatAsked":
                yield self._row("csat_asked", event, began=None, data=request)
            case "RatingGiven":
                asked = replace(event, at=event.opinion.asked_at)
                yield self._row("csat_answered", asked, began=None, data=request)
                told = {"score": data["score"], "comment": data["has_comment"]}
                yield self._row("rated", event, began=None, data={**request, **told})
            case "RecoveryOpened":
                yield self._row("recovery_opened", event, began=None, data={**request, "score": data["score"]})
            case "RecoveryClosed":
                told = {"outcome": data["outcome"], "cause": data["cause"], "in_time": data["is_in_time"]}
                yield self._row("recovery_closed", event, began=None, data={**request, **told})

    def _clocks(self) -> list[ClockRow]:
        return self.life.clocks.rows

    def _row(
        self,
        kind: str,
        event: Happened,
        *,
        began: datetime | None,
        clock: ClockRow | None = None,
        metric: str = "",
        agent_id: int | None = None,
        data: dict[str, Any] | None = None,
        is_kept: bool | None = None,
    ) -> Row:
        life, promise = self.life, self.life.clocks.promise
        calendar = promise.calendar if promise else _ALWAYS
        decided = kind in ("first_response", "next_response", "resolution") and clock is not None
        return (
            kind, event.at, began, life.id, event.said.id if event.said else None, metric,
            (event.at - began).total_seconds() if began else None,
            calendar.between(began, event.at).total_seconds() if began else None,
            round(clock.elapsed, 6) if clock and decided else None, clock.target if clock else None,
            clock.breached_at is None if clock and decided else is_kept,
            promise.policy_id if promise and clock else None, promise.version if promise and clock else None,
            promise.hours_id if promise else None, promise.hours_version if promise else None,
            self.team_id, agent_id or self.agent_id, life.desk.id, life.desk.kind, self.priority,
            life.organization_id, life.contact.id, "{" + ",".join(self.tags) + "}", event.actor.kind,
            event.actor.id or None, json.dumps(data or {}),
        )  # fmt: skip


def facts_of(life: Life) -> Iterator[Row]:
    """All that stands; of what turned out to be spam in the end, promises and work count for nothing."""
    calendar = life.clocks.promise.calendar if life.clocks.promise else _ALWAYS
    for row in _Telling(life).rows():
        for told in (row, *chat_rows(COLUMNS, row, calendar), *expectation_rows(COLUMNS, row, calendar)):
            if life.status != "spam" or told[0] not in COUNTS_FOR_NOTHING:
                yield told


_ALWAYS = Calendar.always()
