"""What rules left to be done later: reminders that come due, and calls to other systems."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from core import http
from core.clock import now
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import Actor
from notifications.services.notify import notify
from people.policy import require
from people.selectors.agents import acting_agent
from routing.models import CallState, Reminder, WebhookCall
from tickets.models import Status, Ticket
from tickets.services import changes, journal, messages

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200
LATER = timedelta(minutes=5)
MOST_CALLS = 8
LEASE = timedelta(minutes=2)
# Minutes until the next try of a call that was not taken.
PAUSES = (1, 5, 15, 60, 240, 720, 1440)


def remind(ticket: Ticket, *, days: int, text: str, actor: Actor) -> None:
    """Look again in some days; a ticket has one reminder of each rule."""
    _allow(actor)
    due_at = now() + timedelta(days=days)
    with unit_of_work():
        fresh = journal.locked(ticket)
        Reminder.objects.filter(ticket=fresh, set_by=actor.name[:160], settled_at=None).delete()
        Reminder.objects.create(ticket=fresh, due_at=due_at, text=text[:300], set_by=actor.name[:160])


def remind_due() -> int:
    """Bring back what should be looked at again; what is resolved by then stays in peace."""
    due = Reminder.objects.filter(settled_at=None, due_at__lte=now()).order_by("due_at", "id")
    found = list(due.values_list("pk", "ticket_id")[:MOST_AT_ONCE])
    for reminder_id, ticket_id in found:
        try:
            _bring_back(reminder_id, ticket_id)
        except HelpdeskError:
            logger.exception("A reminder could not be given", extra={"reminder_id": reminder_id})
            Reminder.objects.filter(pk=reminder_id).update(settled_at=now())
        except Exception:
            logger.exception("A reminder failed; it will be tried again", extra={"reminder_id": reminder_id})
            Reminder.objects.filter(pk=reminder_id).update(due_at=now() + LATER)
    return len(found)


def _bring_back(reminder_id: int, ticket_id: int) -> None:
    with unit_of_work():
        ticket = journal.locked(ticket_id)
        reminder = Reminder.objects.select_for_update(skip_locked=True).filter(pk=reminder_id, settled_at=None).first()
        if reminder is None:
            return
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


def ask_for_call(ticket: Ticket, *, url: str, actor: Actor) -> WebhookCall:
    """Queue a POST about the ticket; it leaves after the commit, and is tried for two days."""
    _allow(actor)
    return WebhookCall.objects.create(ticket=ticket, url=url, payload=told(ticket, actor))


def told(ticket: Ticket, actor: Actor) -> dict[str, Any]:
    """What other systems get to know: the ticket's own row, and no word of its messages."""
    names = ("number", "subject", "status", "priority", "channel", "tags", "fields")
    return {
        "sent_by": actor.name,
        "at": now().isoformat(),
        "ticket": {
            **{name: getattr(ticket, name) for name in names},
            "inbox": ticket.inbox.name,
            "team": ticket.team.name if ticket.team else None,
            "assignee": ticket.assignee.name if ticket.assignee else None,
            "contact": {"id": ticket.contact_id, "name": ticket.contact.name},
            "url": f"{settings.SITE_URL.rstrip('/')}/tickets/{ticket.number}/",
        },
    }


def _allow(actor: Actor) -> None:
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")


def due_calls() -> list[int]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now())
    due = WebhookCall.objects.filter(free, state=CallState.QUEUED, next_attempt_at__lte=now())
    return list(due.order_by("next_attempt_at", "id").values_list("pk", flat=True)[:MOST_AT_ONCE])


def call(call_id: int) -> None:
    """One try. A receiver that was reached but did not answer is called again with the same key."""
    at = now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=at)
    claimed = WebhookCall.objects.filter(free, pk=call_id, state=CallState.QUEUED, next_attempt_at__lte=at)
    if not claimed.update(claimed_until=at + LEASE):
        return
    asked = WebhookCall.objects.get(pk=call_id)
    try:
        answer = http.post_json(asked.url, asked.payload, headers={"Idempotency-Key": str(asked.key)})
    except http.NotAllowedThere as problem:
        _settle(asked, CallState.FAILED, problem=str(problem))
    except http.HttpError as problem:
        _try_later(asked, problem=str(problem))
    else:
        asked.status_code = answer.status
        if answer.is_ok:
            _settle(asked, CallState.DONE)
        elif answer.status in (408, 425, 429) or answer.status >= 500:
            _try_later(asked, problem=f"It answered {answer.status}.")
        else:
            _settle(asked, CallState.FAILED, problem=f"It answered {answer.status}.")


def _try_later(asked: WebhookCall, *, problem: str) -> None:
    if asked.attempts + 1 >= MOST_CALLS:
        _settle(asked, CallState.FAILED, problem=problem)
        return
    asked.next_attempt_at = now() + timedelta(minutes=PAUSES[min(asked.attempts, len(PAUSES) - 1)])
    _settle(asked, CallState.QUEUED, problem=problem)


def _settle(asked: WebhookCall, state: CallState, *, problem: str = "") -> None:
    asked.state, asked.problem, asked.claimed_until = state, problem[:300], None
    asked.attempts += 1
    asked.save(update_fields=["state", "problem", "claimed_until", "attempts", "next_attempt_at", "status_code"])
