"""Chats that nobody answers take a way that ends: each agent who is there, the team that helps out, then the mail.

A chat rings at one agent after the other (offers.py). Once everybody who is there has let it ring, or nobody is there,
it goes to the team that helps out at once. Where no team does, and when it has lasted as long as visitors of the team
are to wait, the visitor is told to expect the answer by mail, the lead hears of it, and the ticket waits in the queue
by its deadline, as a letter: it rings no more.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from channels_in.selectors.visitors import has_left_address
from channels_in.webchat.mail import mail_inbox_for
from core.batches import stop_if_out_of_time
from core.clock import now
from core.errors import HelpdeskError
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, ChatUnanswered
from people.models import Team
from people.selectors.agents import active_managers
from routing.assignment import Floor
from routing.chat_words import words_for_left
from routing.models import ChatWait, Offer
from routing.selectors.floor import ask_of, floor_of, missed_by
from routing.services import overflow
from routing.services.offers import end_ring
from sla.selectors.expectations import expected_response
from tickets.models import Status, Ticket
from tickets.services import journal, messages

logger = logging.getLogger(__name__)

# Those that nobody can do anything about stay the first: there must be room for many of them.
BATCH = 500
# Where the ticket has no team, as a team's default.
PATIENCE = timedelta(minutes=3)
# Whoever reloads the page is away for a moment.
LEAST_WAIT = timedelta(seconds=45)
# Whoever ends their chat and begins another, again and again, fills nobody's bell.
TELL_AGAIN = timedelta(hours=1)
TIME, NOBODY = "time", "nobody"


def settle() -> int:
    """Returns how many chats went on to another team or were given up."""
    waits = _waiting()
    if not waits:
        return 0
    teams = {team for wait in waits for team in (wait.ticket.team, _helper(wait.ticket)) if team}
    floor = floor_of(sorted(teams, key=lambda team: team.pk))
    missed = missed_by([wait.ticket_id for wait in waits])
    settled = 0
    for wait in waits:
        try:
            settled += _settle_one(wait, floor, missed[wait.ticket_id])
        except Exception as error:
            logger.exception("A chat could not be given up; it will be tried again", extra={"wait_id": wait.pk})
            stop_if_out_of_time(error)
    return settled


def _waiting() -> list[ChatWait]:
    """Chats that have waited a little, that nobody has begun with and that ring at nobody now, the longest first."""
    of_ticket = Offer.objects.filter(ticket=OuterRef("ticket"), ended_at=None)
    nobody_has_it = Q(ticket__assignee=None) | Exists(of_ticket)
    found = ChatWait.objects.filter(nobody_has_it, ended_at=None, told_at=None, began_at__lte=now() - LEAST_WAIT)
    open_now = found.filter(ticket__status=Status.OPEN, ticket__snoozed_until=None)
    quiet = open_now.exclude(Exists(of_ticket.filter(ring_until__gt=now())))
    related = quiet.select_related(
        "ticket__inbox", "ticket__contact", "ticket__team__lead", "ticket__team__overflow_team"
    )
    return list(related.order_by("began_at")[:BATCH])


def _settle_one(wait: ChatWait, floor: Floor, missed: set[int]) -> bool:
    team = wait.ticket.team
    waited = now() - wait.began_at
    patience = timedelta(minutes=team.chat_wait_minutes) if team else PATIENCE
    if patience and waited >= patience:
        return _give_up(wait, TIME)
    if team is None:
        return False
    could = _who_could(wait.ticket, team, floor)
    if could - missed - _owner(wait.ticket):
        return False  # somebody has not been asked yet, or has no room for the moment
    helper = _helper(wait.ticket)
    if helper and _who_could(wait.ticket, helper, floor) - missed:
        return overflow.pass_chat(wait.ticket, why=f"Nobody in {team} answered")
    return not could and _give_up(wait, NOBODY)


def _who_could(ticket: Ticket, team: Team, floor: Floor) -> set[int]:
    """Those of the team who are there, may see it and have the skills, busy or not."""
    ask = ask_of(ticket)
    members = floor.rosters[team.pk].member_ids
    return {agent_id for agent_id in members if floor.agents[agent_id].is_fit_for(ask)}


def _owner(ticket: Ticket) -> set[int]:
    return {ticket.assignee_id} if ticket.assignee_id else set()


def _helper(ticket: Ticket) -> Team | None:
    helper = ticket.team.overflow_team if ticket.team else None
    return helper if helper and helper.is_active else None


def _give_up(wait: ChatWait, why: str) -> bool:
    at, words = now(), _words(wait.ticket)
    with unit_of_work():
        ticket = journal.locked(wait.ticket_id)
        fresh = ChatWait.objects.select_for_update(of=("self",)).filter(pk=wait.pk, ended_at=None, told_at=None).first()
        # An agent may have been quicker while we waited for the lock.
        is_begun = ticket.assignee_id and not Offer.objects.filter(ticket=ticket, ended_at=None).exists()
        if fresh is None or is_begun or ticket.status != Status.OPEN:
            return False
        agent_ids = () if _is_told_lately(ticket, at) else _whom_to_tell(ticket.team)
        fresh.told_at = at
        fresh.save(update_fields=["told_at"])
        end_ring(ticket)
        event = ChatUnanswered(
            waited_seconds=int((at - fresh.began_at).total_seconds()),
            why=why,
            message_id=_tell_visitor(ticket, fresh, words),
            agent_ids=agent_ids,
        )
        journal.record(journal.locked(ticket), event, actor=SYSTEM)
    return True


def _words(ticket: Ticket) -> str:
    """The answer will be a mail, and takes as long as mails usually do."""
    inbox = mail_inbox_for(ticket.inbox)
    expected = expected_response(inbox) if inbox else None
    return words_for_left(
        ticket.contact.language,
        has_address=has_left_address(ticket.pk),
        seconds=expected.usual_p50_seconds if expected else None,
    )


def _tell_visitor(ticket: Ticket, wait: ChatWait, text: str) -> int | None:
    """None where the desk writes nothing by itself: to machines, or more than its budget allows."""
    key = f"chat-left:{wait.pk}"
    try:
        message = messages.reply(
            ticket, text=text, is_automatic=True, is_awaited=True, idempotency_key=key, actor=SYSTEM
        )
    except HelpdeskError as refused:
        logger.info("The visitor of a chat is not told", extra={"wait_id": wait.pk, "why": refused.message})
        return None
    return int(message.pk)


def _is_told_lately(ticket: Ticket, at: datetime) -> bool:
    return ChatWait.objects.filter(ticket=ticket, told_at__gt=at - TELL_AGAIN).exists()


def _whom_to_tell(team: Team | None) -> tuple[int, ...]:
    if team and team.lead and team.lead.is_active:
        return (team.lead.pk,)
    return tuple(active_managers().order_by("pk").values_list("pk", flat=True))
