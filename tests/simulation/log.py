"""What the simulation itself knows of the day: told when it does something, never read from the desk's tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that reports count. `took` is by the wall, in seconds."""

    kind: str
    at: datetime
    ticket_id: int
    agent_id: int | None = None
    took: float | None = None


@dataclass(slots=True)
class Story:
    """One ticket as its people know it: `waits` are the customer's messages that nobody has answered yet."""

    promised_from: datetime
    waits: list[datetime] = field(default_factory=list)
    answered_at: datetime | None = None
    end: str = ""


@dataclass
class Log:
    entries: list[Entry] = field(default_factory=list)
    stories: dict[int, Story] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def wrote(self, at: datetime, ticket_id: int, *, before: str) -> None:
        """The customer wrote: `before` is the status that the ticket had, empty where it is new."""
        self.counts["messages in"] += 1
        if not before:
            self._open(at, ticket_id)
        story = self.stories[ticket_id]
        if before in ("resolved", "closed"):
            self._add("reopened", at, ticket_id)
            story.promised_from, story.end = at, ""
        story.waits.append(at)

    def answered(self, at: datetime, ticket_id: int, agent_id: int) -> None:
        self.counts["messages out"] += 1
        story = self.stories[ticket_id]
        if story.waits:
            kind = "next_response" if story.answered_at else "first_response"
            self._add(kind, at, ticket_id, agent_id, (at - min(story.waits)).total_seconds())
        story.waits, story.answered_at = [], at

    def solved(self, at: datetime, ticket_id: int, agent_id: int) -> None:
        story = self.stories[ticket_id]
        self._add("resolution", at, ticket_id, agent_id, (at - story.promised_from).total_seconds())
        story.waits, story.end = [], "solved"

    def spam(self, at: datetime, ticket_id: int) -> None:
        """What was done about spam was no work: it counts for nothing, but that it came."""
        undone = [entry for entry in self.entries if entry.ticket_id == ticket_id and entry.kind != "opened"]
        self.counts.subtract(entry.kind for entry in undone)
        self.entries = [entry for entry in self.entries if entry not in undone]
        self._add("spam", at, ticket_id)
        self.stories[ticket_id].waits, self.stories[ticket_id].end = [], "spam"

    def merged(self, source_id: int, into_id: int) -> None:
        """What the newest answer of both had not answered yet goes on waiting in the other ticket."""
        self.counts["merges"] += 1
        source, into = self.stories[source_id], self.stories[into_id]
        answers = [at for at in (source.answered_at, into.answered_at) if at]
        into.answered_at = max(answers) if answers else None
        into.waits = [at for at in (*into.waits, *source.waits) if not into.answered_at or at > into.answered_at]
        source.waits, source.end = [], "merged"

    def split(self, at: datetime, ticket_id: int, made_id: int, *, moved_at: datetime) -> None:
        """The newest message waits in a ticket of its own."""
        self.counts["splits"] += 1
        self._open(at, made_id)
        self.stories[made_id].waits = [moved_at]
        self.stories[ticket_id].waits.remove(moved_at)

    def ends(self) -> Counter[str]:
        return Counter(story.end or "still open" for story in self.stories.values())

    def _open(self, at: datetime, ticket_id: int) -> None:
        self._add("opened", at, ticket_id)
        self.stories[ticket_id] = Story(promised_from=at)

    def _add(
        self, kind: str, at: datetime, ticket_id: int, agent_id: int | None = None, took: float | None = None
    ) -> None:
        self.counts[kind] += 1
        self.entries.append(Entry(kind, at, ticket_id, agent_id, took))
