"""What rules left to be done later: reminders that come due."""

from __future__ import annotations

import logging
from datetime import timedelta

from core.batches import stop_if_out_of_time
from core.clock import now
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import Actor
from notifications.services.notify import notify
from people.policy import require
from people.selectors.agents import acting_agent
from routing.models import Reminder
from tickets.models import Status, Ticket
from tickets.selectors.links import place_of
from tickets.services import changes, journal, messages

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
LATER = timedelta(minutes=5)


def remind(ticket: Ticket, *, days: int, text: str, actor: Actor) -> None:
    """Look again in some days; a ticket has one reminder of each rule."""
    _allow(actor)
    due_at = now() + timedelta(days=days)
    with unit_of_work():
        fresh = journal.locked(ticket)
        journal.refuse_merged(fresh)
        Reminder.objects.filter(ticket=fresh, set_by=actor.name[:160], settled_at=None).delete()
        Reminder.objects.create(ticket=fresh, due_at=due_at, text=text[:300], set_by=actor.name[:160])


def remind_due() -> int:
    """Bring back what should be looked at again, where it was merged into; what is resolved by then stays in peace."""
    due = Reminder.objects.filter(settled_at=None, due_at__lte=now()).order_by("due_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:MOST_AT_ONCE])
    for reminder_id, ticket_id in found:
        try:
            _bring_back(reminder_id, place_of(ticket_id))
        except HelpdeskError:
            logger.exception("A reminder could not be given", extra={"reminder_id": reminder_id})
            Reminder.objects.filter(pk=reminder_id).update(settled_at=now())
        except Exception as error:
            logger.exception("A reminder failed; it will be tried again", extra={"reminder_id": reminder_id})
            Reminder.objects.filter(pk=reminder_id).update(due_at=now() + LATER)
            stop_if_out_of_time(error)
    return len(found)


def _bring_back(reminder_id: int, ticket_id: int) -> None:
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        reminder = Reminder.objects.select_for_update(skip_locked=True).filter(pk=reminder_id, settled_at=None).first()
        if reminder is None or place_of(ticket_id) != ticket_id:
            return  # merged while we waited for the lock: the next tick looks for it there
        reminder.settled_at = now()
        reminder.save(update_fields=["settled_at"])
        if not ticket.is_open:
            return
        actor = Actor(kind="rule", name=reminder.set_by, cause="reminder", depth=1)
        text = reminder.text or "It is time to look at this again."
        messages.add_note(ticket, text=text, actor=actor)
        if ticket.status in (Status.PENDING, Status.ON_HOLD):
            changes.set_status(ticket, status=Status.OPEN, actor=actor)
        changes.wake(ticket, why="its reminder is due", actor=actor)
        owner = ticket.assignee or (ticket.team.lead if ticket.team else None)
        if owner and owner.is_active:
            notify(ticket, agent=owner, text=text[:200], actor=actor)


def _allow(actor: Actor) -> None:
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
