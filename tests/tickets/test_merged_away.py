"""What was merged into another ticket is worked on there: here every way in refuses, in words, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.clock import now
from core.errors import Conflict
from core.events.catalogue import SYSTEM, MessagesMovedOut
from tests.cast import Cast, new_ticket, receive
from tickets.inbound import Clues
from tickets.models import Message, Ticket, TicketEvent
from tickets.selectors.reach import reach
from tickets.services import changes, moving
from tickets.services.sides import Letter, start_side

pytestmark = pytest.mark.django_db

WAYS: dict[str, Callable[[Ticket, Cast], object]] = {
    "reopen": lambda ticket, cast: changes.set_status(ticket, status="open", actor=cast.ana.as_actor()),
    "reopen by the desk": lambda ticket, cast: changes.set_status(ticket, status="pending", actor=SYSTEM),
    "call spam": lambda ticket, cast: changes.set_status(ticket, status="spam", actor=cast.ana.as_actor()),
    "assign": lambda ticket, cast: changes.assign(ticket, agent=cast.ana, actor=cast.ana.as_actor()),
    "hand to a team": lambda ticket, cast: changes.assign_team(ticket, team=cast.legal, actor=SYSTEM),
    "priority": lambda ticket, cast: changes.set_priority(ticket, priority="urgent", actor=cast.ana.as_actor()),
    "snooze": lambda ticket, cast: changes.snooze(ticket, until=now() + timedelta(1), actor=cast.ana.as_actor()),
    "ask others": lambda ticket, cast: start_side(
        ticket, to=[{"name": "", "address": "w@elsewhere.example"}], subject="Is it there?", letter=Letter(text="Hm"),
        actor=cast.ana.as_actor(),
    ),
}  # fmt: skip


@pytest.fixture
def merged(cast: Cast) -> Ticket:
    ticket = new_ticket(cast.mail, "First")
    moving.merge(ticket, into=new_ticket(cast.mail, "The one that stays"), actor=cast.ana.as_actor())
    ticket.refresh_from_db()
    return ticket


@pytest.mark.parametrize("way", WAYS)
def test_agent_cannot_work_on_what_was_merged(cast: Cast, merged: Ticket, way: str) -> None:
    events = TicketEvent.objects.filter(ticket=merged).count()
    with pytest.raises(Conflict, match=r"merged into another one\. Go on there"):
        WAYS[way](merged, cast)
    merged.refresh_from_db()
    assert (merged.status, merged.assignee, merged.priority) == ("closed", None, "normal")
    assert TicketEvent.objects.filter(ticket=merged).count() == events
    assert "merged" in reach(merged).problem


def test_agent_says_again_what_holds_already_and_is_not_refused(cast: Cast, merged: Ticket) -> None:
    changes.set_status(merged, status="closed", actor=cast.ana.as_actor())
    changes.assign(merged, agent=None, actor=cast.ana.as_actor())


def test_what_was_opened_again_before_it_was_refused_is_handed_out_and_closed(cast: Cast, merged: Ticket) -> None:
    Ticket.objects.filter(pk=merged.pk).update(status="open")
    changes.assign(merged, agent=cast.ana, actor=SYSTEM)
    assert changes.set_status(merged, status="closed", actor=cast.ana.as_actor()).assignee == cast.ana
    with pytest.raises(Conflict):
        changes.set_status(merged, status="open", actor=cast.ana.as_actor())


def test_agent_works_on_it_again_when_the_merge_is_undone(cast: Cast, merged: Ticket) -> None:
    move = TicketEvent.objects.get(ticket=merged, kind=MessagesMovedOut.key())
    moving.undo_move(merged, event_id=move.pk, actor=cast.ana.as_actor())
    assert changes.set_status(merged, status="pending", actor=cast.ana.as_actor()).status == "pending"


def test_older_move_is_not_undone_into_a_ticket_that_was_merged_since(cast: Cast) -> None:
    ticket, aside, stays = (new_ticket(cast.mail, text) for text in ("First", "Aside", "Stays"))
    came = receive(cast.mail, "Stray", clues=Clues(message_id="stray@x.example", reply_token_ticket_id=ticket.pk))
    stray = Message.objects.get(pk=came.message_id or 0)
    ana = cast.ana.as_actor()
    move = moving.move_messages(ticket, message_ids=[stray.pk], target=aside, actor=ana)
    merge = moving.merge(ticket, into=stays, actor=ana)
    with pytest.raises(Conflict, match="Undo that first"):
        moving.undo_move(ticket, event_id=move.event_id, actor=ana)
    moving.undo_move(ticket, event_id=merge.event_id, actor=ana)
    moving.undo_move(ticket, event_id=move.event_id, actor=ana)
    stray.refresh_from_db()
    ticket.refresh_from_db()
    assert (stray.ticket_id, ticket.status, ticket.merged_into_id) == (ticket.pk, "open", None)
