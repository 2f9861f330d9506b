"""Takes in what contacts write: identity, ticket, message, files, events, in one transaction of three round trips.

Trip one locks the sender's key and gathers every fact (tickets/services/intake_facts.py), pure code decides
(tickets/threading.py), trip two writes it all (tickets/services/intake_rows.py), trip three belongs to the SLA clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.clock import now
from core.db import lock, run
from core.events.bus import publish, unit_of_work
from people.services.contacts import normal_value
from tickets.inbound import Inbound, storable
from tickets.models import Inbox
from tickets.services import intake_facts, intake_rows
from tickets.services.files import StoredFile
from tickets.threading import decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of an inbound message. `reason` is a sentence for people, also stored on the message."""

    outcome: Literal["created", "appended", "duplicate", "ignored"]
    reason: str
    ticket_id: int | None = None
    number: int | None = None
    message_id: int | None = None


def record_inbound(inbound: Inbound, *, inbox: Inbox, stored: Sequence[StoredFile] = ()) -> Intake:
    """Make the message, on its right ticket or a new one. Safe to call again with the same external id."""
    inbound, at = storable(inbound), now()
    value = normal_value(inbound.sender.kind, inbound.sender.value)
    with unit_of_work():
        # The lock comes as its own statement: the next one then sees what the lock's last holder committed.
        locks = [lock("sender", inbound.sender.kind, value)]
        if inbound.clues.thread_key:
            locks.append(lock("thread", inbox.pk, inbound.clues.thread_key))
        facts = intake_facts.read(run([*locks, intake_facts.query(inbound, inbox=inbox, value=value)])[0])
        if facts.duplicate:
            return Intake(
                outcome="duplicate",
                reason="This message was received before",
                message_id=facts.duplicate.message_id,
                ticket_id=facts.duplicate.ticket_id,
                number=facts.duplicate.number,
            )
        if facts.sender and facts.sender.is_blocked:
            return Intake(outcome="ignored", reason="The sender is blocked")
        decision = decide(facts.candidates, at=at)
        written = intake_rows.write(
            inbound, inbox=inbox, value=value, facts=facts, decision=decision, stored=stored, at=at
        )
        for event in written.events:
            publish(event)
    return Intake(
        outcome="created" if decision.action == "new" else "appended",
        reason=decision.reason,
        ticket_id=written.ticket_id,
        number=written.number,
        message_id=written.message_id,
    )
