"""An agent's list as the browser keeps it, in Python: hints and answers in any order, one row per ticket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from live.changes import changes_since, newest_cursor
from people.models import Agent
from tickets.selectors.access import Scopes, scopes_of
from tickets.selectors.filters import Filters
from tickets.selectors.lists import ticket_page

OPEN = {"open", "pending", "on_hold"}


@dataclass
class Screen:
    """The view "all open" of one agent: ticket id -> (seq, row)."""

    agent: Agent
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    # What it has been told, also of tickets that it does not show: an old hint may come late.
    heard: dict[int, int] = field(default_factory=dict)
    cursor: int = 0

    def load(self) -> None:
        self.cursor = newest_cursor()
        self.rows = self.truth()
        self.heard = {}

    def truth(self) -> dict[int, dict[str, Any]]:
        """What a freshly loaded list shows."""
        page = ticket_page(self.agent, filters=Filters(), size=200)
        return {
            ticket.pk: {"seq": ticket.last_seq, "status": ticket.status, "assignee": ticket.assignee_id}
            for ticket in page.rows
        }

    def apply(self, change: dict[str, Any]) -> None:
        """The rules of static/app/live/rows.js: drop what is not newer, then place or remove."""
        ticket = change["ticket"]
        seen = max(self.rows.get(ticket, {"seq": -1})["seq"], self.heard.get(ticket, -1))
        if change["seq"] < seen or (change["seq"] == seen and not change.get("gone")):
            return
        self.heard[ticket] = change["seq"]
        facets = change.get("facets")
        if facets is None or facets["status"] not in OPEN or facets["snoozed"]:
            self.rows.pop(ticket, None)
            return
        self.rows[ticket] = {
            "seq": change["seq"],
            "status": facets["status"],
            "assignee": facets["assignee"],
        }

    def catch_up(self) -> None:
        found = changes_since(self.agent, self.cursor)
        self.cursor = found.cursor
        if found.is_reset:
            self.load()
            found = changes_since(self.agent, self.cursor)
        for change in found.tickets:
            self.apply(change)

    def hears(self, topics: tuple[str, ...], unless: tuple[str, ...]) -> bool:
        """The hub's rule."""
        scopes = scopes_of(self.agent)
        on = [topic for topic in topics if self._is_on(topic, scopes)]
        return bool(on) and not any(self._is_on(topic, scopes) for topic in unless)

    def _is_on(self, topic: str, scopes: Scopes) -> bool:
        kind, *rest = topic.split(":")
        if kind == "scope":
            return scopes.covers(inbox_id=int(rest[0]), team_id=int(rest[1]) or None)
        return topic in ("desk", f"agent:{self.agent.pk}")
