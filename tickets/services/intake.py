"""Takes in what contacts write: identity, ticket, message, files, events, in one transaction of three round trips.

Trip one locks the sender's key and gathers every fact (tickets/services/intake_facts.py), pure code decides
(tickets/threading.py), trip two writes it all (tickets/services/intake_rows.py), trip three belongs to the SLA clocks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.clock import now
from core.db import Statement, lock, run
from core.events.bus import publish, unit_of_work
from people.models import Agent
from people.services.contacts import normal_value
from tickets import agent_mail
from tickets.inbound import Inbound, storable
from tickets.models import Inbox, Ticket
from tickets.services import intake_agents, intake_facts, intake_history, intake_rows
from tickets.services.files import StoredFile
from tickets.services.intake_facts import Facts
from tickets.threading import Candidate, Decision, decide

# A ticket that is merged away while we wait for it is looked up once more; twice in a row does not happen.
MAX_LOOKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What became of an inbound message. `reason` is a sentence for people, also stored on the message."""

    outcome: Literal["created", "appended", "duplicate", "ignored", "blocked"]
    reason: str
    ticket_id: int | None = None
    number: int | None = None
    message_id: int | None = None


def record_inbound(
    inbound: Inbound, *, inbox: Inbox, stored: Sequence[StoredFile] = (), lets_blocked_in: bool = False
) -> Intake:
    """Make the message, on its right ticket or a new one. Safe to call again with the same external id.

    What a blocked sender writes is not recorded, unless a person `lets_blocked_in` this once.
    """
    inbound = storable(inbound)
    at = intake_history.moment(inbound, now()) if inbound.history else now()
    value = normal_value(inbound.sender.kind, inbound.sender.value)
    with unit_of_work(is_part=True):
        # The lock comes as its own statement: the next one then sees what the lock's last holder committed.
        locks = [lock("sender", inbound.sender.kind, value)]
        if inbound.clues.thread_key:
            locks.append(lock("thread", inbox.pk, inbound.clues.thread_key))
        facts = _facts(inbound, inbox=inbox, value=value, locks=locks)
        if kept_out := _kept_out(facts, lets_blocked_in=lets_blocked_in):
            return kept_out
        if facts.agent_id is not None and not inbound.history:
            done = _from_agent(inbound, inbox=inbox, facts=facts, stored=stored)
            if done is not None:
                return done
        # Threads of the past stay whole, however long they slept.
        decided_at = intake_history.LONG_AGO if inbound.history else at
        decision = decide(facts.candidates, at=decided_at, auth=inbound.sender_auth)
        if decision.action == "append" and (copy := _copy_in(facts, decision)):
            return Intake(
                outcome="duplicate",
                reason="It also came through another inbox, into the same ticket",
                ticket_id=copy.ticket_id,
                number=copy.number,
            )
        written = intake_rows.write(
            inbound, inbox=inbox, value=value, facts=facts, decision=decision, stored=stored, at=at
        )
        for event in intake_history.told(written.events) if inbound.history else written.events:
            publish(event)
    return Intake(
        outcome="created" if decision.action == "new" else "appended",
        reason=decision.reason,
        ticket_id=written.ticket_id,
        number=written.number,
        message_id=written.message_id,
    )


def _kept_out(facts: Facts, *, lets_blocked_in: bool) -> Intake | None:
    """What is here already, and what a blocked sender writes."""
    if facts.duplicate:
        return Intake(
            outcome="duplicate",
            reason="This message was received before",
            message_id=facts.duplicate.message_id,
            ticket_id=facts.duplicate.ticket_id,
            number=facts.duplicate.number,
        )
    if facts.sender and facts.sender.is_blocked and not lets_blocked_in:
        return Intake(outcome="blocked", reason="The sender is blocked")
    return None


def _facts(inbound: Inbound, *, inbox: Inbox, value: str, locks: Sequence[Statement]) -> Facts:
    facts = intake_facts.read(run([*locks, intake_facts.query(inbound, inbox=inbox, value=value)])[0])
    for _ in range(MAX_LOOKS - 1):
        if not facts.is_outdated:
            break
        facts = intake_facts.read(run([intake_facts.query(inbound, inbox=inbox, value=value)])[0])
    return facts


def _from_agent(inbound: Inbound, *, inbox: Inbox, facts: Facts, stored: Sequence[StoredFile]) -> Intake | None:
    """An agent's answer by mail, or a mail that they pass on; None when it is to be read like anybody's."""
    agent = Agent.objects.get(pk=facts.agent_id or 0)
    passed = inbound.forwarded
    decided = agent_mail.read(
        facts.candidates, auth=inbound.sender_auth, text=inbound.text, is_forward=passed is not None
    )
    if decided.meaning == "contact":
        return None
    if inbound.is_automatic:
        return Intake(outcome="ignored", reason="An automatic answer from an agent's mailbox")
    if decided.meaning == "forward" and passed is not None:
        if passed.sender.value.lower() == agent.email:
            return None
        done = record_inbound(intake_agents.original(inbound, agent=agent), inbox=inbox, stored=stored)
        if done.outcome == "created":
            intake_agents.add_cover(Ticket.objects.get(pk=done.ticket_id or 0), text=passed.cover, agent=agent)
        return dataclasses.replace(done, reason=f"Forwarded by {agent.name}: a ticket of the original sender")
    written = intake_agents.take(inbound, decided, agent=agent, inbox=inbox, stored=stored)
    if written is None:
        return None
    return Intake(
        outcome="appended",
        reason=written.reason,
        ticket_id=written.message.ticket_id,
        number=written.number,
        message_id=written.message.pk,
    )


def _copy_in(facts: Facts, decision: Decision) -> Candidate | None:
    """The same mail, when the ticket that it belongs to has it already."""
    same = (item for item in facts.candidates if item.via == "copy" and item.ticket_id == decision.ticket_id)
    return next(same, None)
