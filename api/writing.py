"""Turns the API's values into calls of the services; no rule of its own lives here."""

from __future__ import annotations

from typing import Any

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from core.ids import new_token
from people.models import Agent, Contact, Team
from people.policy import require
from people.services import contacts
from tickets.inbound import Inbound, Sender
from tickets.models import Inbox, Message, Ticket
from tickets.selectors.access import inboxes_visible_to, ticket_by_id, ticket_for
from tickets.services import changes
from tickets.services.intake import record_inbound
from tickets.services.messages import add_note, reply
from tickets.services.opening import open_ticket


def create_ticket(agent: Agent, values: dict[str, Any]) -> Ticket:
    """A ticket with its first message: the contact's own words, or ours to them."""
    require(agent, "edit_ticket")
    inbox = inboxes_visible_to(agent).filter(pk=values["inbox"], is_active=True).first()
    if inbox is None:
        raise Invalid("Unknown inbox.", fields={"inbox": "There is no such inbox that you may use."})
    who = values["contact"]
    with unit_of_work():
        if values["from_contact"]:
            return _from_contact(agent, inbox, values)
        identity = contacts.identify(kind=who["kind"], value=who["value"], name=who["name"])
        ticket = open_ticket(inbox=inbox, identity=identity, subject=values["subject"], actor=agent.as_actor())
        reply(ticket, text=values["text"], actor=agent.as_actor())
        return ticket_for(agent, ticket.number)


def _from_contact(agent: Agent, inbox: Inbox, values: dict[str, Any]) -> Ticket:
    who = values["contact"]
    inbound = Inbound(
        external_id=f"api-{new_token()}",
        sender=Sender(kind=who["kind"], value=who["value"], name=who["name"]),
        subject=values["subject"],
        text=values["text"],
        occurred_at=now(),
    )
    result = record_inbound(inbound, inbox=inbox)
    if result.ticket_id is None:
        raise Invalid("This contact is blocked.", fields={"contact": "Messages of this contact are not taken."})
    return ticket_for(agent, ticket_by_id(agent, result.ticket_id).number)


def change_ticket(agent: Agent, ticket: Ticket, values: dict[str, Any]) -> None:
    """All named changes or none."""
    actor = agent.as_actor()
    with unit_of_work():
        if "team" in values:
            changes.assign_team(ticket, team=_named(Team, values["team"], "team"), actor=actor)
        if "assignee" in values:
            changes.assign(ticket, agent=_named(Agent, values["assignee"], "assignee"), actor=actor)
        if "subject" in values:
            changes.set_subject(ticket, subject=values["subject"], actor=actor)
        if "priority" in values:
            changes.set_priority(ticket, priority=values["priority"], actor=actor)
        if "tags" in values:
            _set_tags(ticket, values["tags"], agent)
        if "status" in values:
            changes.set_status(ticket, status=values["status"], actor=actor)
        if "snoozed_until" in values:
            _set_snooze(ticket, values["snoozed_until"], agent)


def write_message(agent: Agent, ticket: Ticket, values: dict[str, Any], key: str | None) -> Message:
    actor = agent.as_actor()
    if values["kind"] == "note":
        return add_note(ticket, text=values["text"], idempotency_key=key, actor=actor)
    return reply(
        ticket,
        text=values["text"],
        cc=[{"name": "", "address": address} for address in values["cc"]],
        seen_seq=values.get("seen_seq"),
        send_anyway=values["send_anyway"],
        idempotency_key=key,
        actor=actor,
    )


def create_contact(agent: Agent, values: dict[str, Any]) -> Contact:
    """A contact with its first identities; Conflict when one belongs to somebody else."""
    require(agent, "edit_contact")
    with unit_of_work():
        first, *others = values["identities"]
        contact = contacts.add_contact(name=values["name"] or first["name"], notes=values["notes"])
        for item in [first, *others]:
            contacts.add_identity(contact, kind=item["kind"], value=item["value"])
    return contact


def _named(model: type[Any], pk: int | None, field: str) -> Any:
    if pk is None:
        return None
    row = model.objects.filter(pk=pk, is_active=True).first()
    if row is None:
        raise Invalid(f"Unknown {field}.", fields={field: f"There is no such active {field}."})
    return row


def _set_tags(ticket: Ticket, tags: list[str], agent: Agent) -> None:
    wanted = {changes.normal_tag(tag) for tag in tags}
    changes.remove_tags(ticket, tags=[tag for tag in ticket.tags if tag not in wanted], actor=agent.as_actor())
    changes.add_tags(ticket, tags=tags, actor=agent.as_actor())


def _set_snooze(ticket: Ticket, until: Any, agent: Agent) -> None:
    if until is None:
        changes.wake(ticket, why="Woken through the API", actor=agent.as_actor())
        return
    changes.snooze(ticket, until=until, actor=agent.as_actor())
