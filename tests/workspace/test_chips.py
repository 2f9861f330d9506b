"""What the composer says about the people of an answer before it is sent."""

from __future__ import annotations

import pytest

from tests.cast import Cast, new_ticket, receive
from tests.desk import agent_replies
from tickets.inbound import Clues, Sender
from tickets.models import Ticket
from tickets.selectors.reach import reach
from workspace.chips import Chip, chips

pytestmark = pytest.mark.django_db
BOSS = {"name": "Ben Boss", "address": "boss@example.net"}


def shown(ticket: Ticket, name: str = "copy_chips") -> dict[str, Chip]:
    return {item.address: item for item in chips(ticket, reach(ticket))[name]}


def test_people_named_by_the_customer_are_offered_as_new(cast: Cast) -> None:
    ticket = new_ticket(cast.mail, recipients={"to": [BOSS], "cc": []})
    offered = shown(ticket)["boss@example.net"]
    assert (offered.role, offered.is_new, offered.is_chosen) == ("third party", True, False)
    assert shown(ticket, "to_chips")["rosa@example.net"].role == "requester"


def test_whom_we_copied_once_stays_in(cast: Cast) -> None:
    ticket = new_ticket(cast.mail, recipients={"to": [BOSS], "cc": []})
    agent_replies(ticket, cast.ana, cc=[BOSS])
    offered = shown(ticket)["boss@example.net"]
    assert (offered.role, offered.is_new, offered.is_chosen) == ("copy", False, True)


def test_answer_to_somebody_else_says_whom_it_leaves_out(cast: Cast) -> None:
    ticket = new_ticket(cast.mail, recipients={"to": [BOSS], "cc": []})
    boss = Sender(kind="email", value="boss@example.net", name="Ben Boss")
    receive(cast.mail, "Me too", sender=boss, clues=Clues(message_id="b@x", reply_token_ticket_id=ticket.pk))
    context = chips(ticket, reach(ticket))
    assert context["leaves_out"] == "Rosa Lind"
    assert shown(ticket)["rosa@example.net"].role == "requester"


def test_foreign_reply_to_is_told(cast: Cast) -> None:
    other = [{"name": "", "address": "mallory@evil.example"}]
    ticket = new_ticket(cast.mail, recipients={"to": [], "cc": [], "reply_to": other})
    context = chips(ticket, reach(ticket))
    assert context["turned_to"] == "rosa@example.net"
    assert context["to_chips"][0].is_new
