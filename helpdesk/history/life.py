"""The life of one ticket, told step by step: messages, journal and columns as the services would have left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpdesk.history.clocks import Clocks, Fact, Promise
from helpdesk.history.opinions import Opinion, Recovered
from tickets.services.snippets import snippet


@dataclass(frozen=True, slots=True)
class Person:
    """An agent, or a contact at one of their addresses."""

    kind: str  # "agent" or "contact"
    id: int
    name: str
    address: str = ""


SYSTEM = Person("system", 0, "Helpdesk")


@dataclass(frozen=True, slots=True)
class Desk:
    """The inbox that a ticket came through."""

    id: int
    kind: str
    address: str = ""
    name: str = ""

    @property
    def is_mail(self) -> bool:
        return "@" in self.address


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored file that a message carries."""

    id: str
    storage_name: str
    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(slots=True)
class Said:
    """One message. Its id is given when all messages of a batch stand in the order of time."""

    at: datetime
    seq: int
    author: Person
    text: str
    is_note: bool = False
    html: str = ""
    external_id: str = ""
    pictures: Sequence[Picture] = ()
    id: int = 0

    @property
    def is_inbound(self) -> bool:
        return self.author.kind == "contact"


@dataclass(slots=True)
class Happened:
    """One entry of the journal; `said` is the message it tells of."""

    at: datetime
    seq: int
    kind: str
    data: dict[str, Any]
    actor: Person
    said: Said | None = None
    opinion: Opinion | None = None


@dataclass(slots=True)
class Life:
    """Steps must come in the order of time; what the clocks do in between is told by itself."""

    id: int
    number: int
    desk: Desk
    contact: Person
    subject: str
    opened_at: datetime
    team_id: int | None = None
    organization_id: int | None = None
    promise: Promise | None = None

    status: str = "open"
    priority: str = "normal"
    assignee_id: int | None = None
    tags: list[str] = field(default_factory=list)
    seq: int = 0
    public_seq: int = 0
    updated_at: datetime = field(init=False)
    inbound_at: datetime | None = None
    waiting_since: datetime | None = None
    first_replied_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    messages: list[Said] = field(default_factory=list)
    journal: list[Happened] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)
    clocks: Clocks = field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.opened_at
        self.clocks = Clocks(self.promise)
        data = {"inbox_id": self.desk.id, "team_id": self.team_id, "channel": self.desk.kind}
        self._tell(self.opened_at, "TicketOpened", data, self.contact)

    def receive(self, at: datetime, text: str, *, html: str = "", pictures: Sequence[Picture] = ()) -> None:
        self._pass_time(at)
        was_done = self.status in ("resolved", "closed")
        said = self._say(at, self.contact, text, html=html, pictures=pictures)
        data = {"channel": self.desk.kind, "is_automatic": False}
        opened = not self.journal[1:]
        self._tell(at, "MessageReceived", {**data, "opened": opened, "reopened": was_done}, self.contact, said=said)
        self.public_seq, self.inbound_at = said.seq, at
        self.waiting_since = self.waiting_since or at
        if self.status not in ("open", "spam"):
            self._tell(at, "StatusChanged", {"before": self.status, "after": "open", "undoes": None}, SYSTEM)
            self.status, self.resolved_at, self.closed_at = "open", None, None
            self.clocks.pause_or_resume(at, self.status)
        if self.snoozed_until:
            self._tell(at, "TicketWoken", {"why": "The customer wrote"}, SYSTEM)
            self.snoozed_until = None
        self._start_clocks(at)

    def reply(self, at: datetime, agent: Person, text: str, *, html: str = "") -> None:
        self._pass_time(at)
        said = self._say(at, agent, text, html=html)
        self._tell(at, "MessageQueued", {"is_automatic": False, "is_retry": False}, agent, said=said)
        self.clocks.meet_responses(at, said, self._snapshot(agent.id))
        self._tell(at, "MessageDelivered", {"delivery": "sent"}, SYSTEM, said=said)
        self.public_seq, self.waiting_since = said.seq, None
        self.first_replied_at = self.first_replied_at or at

    def note(self, at: datetime, agent: Person, text: str) -> None:
        self._pass_time(at)
        said = self._say(at, agent, text, is_note=True)
        self._tell(at, "NoteAdded", {"mentioned_agent_ids": []}, agent, said=said)

    def assign(self, at: datetime, agent: Person, *, by: Person) -> None:
        self._pass_time(at)
        data = {"before": self.assignee_id, "after": agent.id, "reason": ""}
        self._tell(at, "TicketAssigned", data, by)
        self.assignee_id = agent.id

    def move(self, at: datetime, team_id: int, *, by: Person) -> None:
        self._pass_time(at)
        self._tell(at, "TeamAssigned", {"before": self.team_id, "after": team_id}, by)
        self.team_id = team_id

    def tag(self, at: datetime, tags: Sequence[str], *, by: Person) -> None:
        self._pass_time(at)
        self._tell(at, "TicketTagged", {"added": list(tags), "removed": []}, by)
        self.tags = [*self.tags, *tags]

    def set_priority(self, at: datetime, priority: str, *, by: Person) -> None:
        self._pass_time(at)
        self._tell(at, "PriorityChanged", {"before": self.priority, "after": priority}, by)
        self.priority = priority
        self.clocks.retarget(at, priority)

    def set_status(self, at: datetime, status: str, *, by: Person) -> None:
        self._pass_time(at)
        self._tell(at, "StatusChanged", {"before": self.status, "after": status, "undoes": None}, by)
        self.status = status
        if status in ("resolved", "closed", "spam"):
            self.clocks.finish(at, is_spam=status == "spam", snapshot=self._snapshot(self.assignee_id))
            self.waiting_since = self.snoozed_until = None
        else:
            self.clocks.pause_or_resume(at, status)
        if status == "resolved":
            self.resolved_at = at
        if status == "closed":
            self.closed_at = at

    def snooze(self, at: datetime, until: datetime, *, by: Person) -> None:
        self._pass_time(at)
        self._tell(at, "TicketSnoozed", {"until": until.isoformat()}, by)
        self.snoozed_until = until

    def ask(self, at: datetime, *, survey_id: int | None, survey: str) -> Opinion:
        """The customer is asked how it was."""
        self._pass_time(at)
        opinion = Opinion(
            self.id, survey_id, at, self.resolved_at, self.team_id, self.assignee_id, self.desk.id, self.desk.kind,
            self.priority, self.organization_id, self.contact.id, list(self.tags),
        )  # fmt: skip
        self.opinions.append(opinion)
        self._tell(at, "CsatAsked", {"survey": survey}, SYSTEM, opinion=opinion)
        return opinion

    def rate(self, at: datetime, opinion: Opinion, score: int, comment: str = "") -> None:
        """The customer answers; a bad answer is for whoever had the ticket to take care of."""
        self._pass_time(at)
        opinion.rated_at, opinion.score, opinion.comment = at, score, comment
        data = {"score": score, "before": None, "has_comment": bool(comment)}
        self._tell(at, "RatingGiven", data, self.contact, opinion=opinion)
        if opinion.is_low:
            owner = {"owner_id": opinion.agent_id, "agent_ids": [opinion.agent_id] if opinion.agent_id else []}
            due = {"score": score, "due_at": opinion.due_at.isoformat()}
            self._tell(at, "RecoveryOpened", {**due, **owner}, SYSTEM, opinion=opinion)

    def recover(self, at: datetime, opinion: Opinion, *, outcome: str, cause: str, by: Person) -> None:
        """Somebody says what came of the bad rating."""
        self._pass_time(at)
        opinion.recovered = Recovered(at, by.name, outcome, cause)
        data = {"outcome": outcome, "cause": cause, "is_in_time": opinion.is_in_time}
        self._tell(at, "RecoveryClosed", data, by, opinion=opinion)

    def tell_of_call(self, at: datetime, kind: str, data: dict[str, Any], by: Person) -> None:
        """Something about a call that was promised; the callback itself is stored by whoever tells of it."""
        self._pass_time(at)
        self._tell(at, kind, data, by)

    def live_on(self, until: datetime) -> None:
        """Let the clocks run to the present."""
        self._pass_time(until)

    @property
    def last_said(self) -> Said:
        return self.messages[-1]

    @property
    def snippet(self) -> str:
        return snippet(self.last_said.text)

    @property
    def snippet_from(self) -> str:
        return "note" if self.last_said.is_note else "in" if self.last_said.is_inbound else "out"

    def _say(
        self,
        at: datetime,
        author: Person,
        text: str,
        *,
        is_note: bool = False,
        html: str = "",
        pictures: Sequence[Picture] = (),
    ) -> Said:
        external = ""
        if not is_note:
            count = len(self.messages) + 1
            external = f"h{self.id}.{count}@{'demo.local' if self.desk.is_mail else self.desk.kind}"
        said = Said(at, self.seq + 1, author, text, is_note, html, external, pictures)
        self.messages.append(said)
        return said

    def _tell(
        self,
        at: datetime,
        kind: str,
        data: dict[str, Any],
        actor: Person,
        *,
        said: Said | None = None,
        opinion: Opinion | None = None,
    ) -> None:
        self.seq += 1
        self.updated_at = at
        self.journal.append(Happened(at, self.seq, kind, data, actor, said, opinion))

    def _start_clocks(self, at: datetime) -> None:
        is_first = self.first_replied_at is None
        self.clocks.start(at, waiting_since=self.waiting_since or at, is_first=is_first, priority=self.priority)

    def _pass_time(self, until: datetime) -> None:
        for fact in self.clocks.advance(until, self._snapshot(self.assignee_id)):
            self._tell(fact.at, fact.kind, _fact_data(fact), SYSTEM)

    def _snapshot(self, agent_id: int | None) -> tuple[int | None, int | None, int, str, str]:
        return self.team_id, agent_id, self.desk.id, self.desk.kind, self.priority


def _fact_data(fact: Fact) -> dict[str, Any]:
    data: dict[str, Any] = {"metric": fact.metric, "due_at": fact.due_at.isoformat()}
    if fact.kind == "SLABreached":
        return {**data, "late_by_seconds": 0}
    percent = round(100 * (1 - fact.left_seconds / fact.allowed_seconds)) if fact.allowed_seconds else 0
    return {**data, "left_seconds": round(fact.left_seconds), "percent": percent}


def after(at: datetime, **length: float) -> datetime:
    """A moment later, to the second."""
    return (at + timedelta(**length)).replace(microsecond=0)
