"""The action that writes to third parties, and its budget."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from core.clock import now
from core.errors import Invalid, NotAllowed
from people.models import Agent
from routing.actions import ACTIONS
from routing.services.rules import RuleDraft, save_rule
from tests.desk import customer_writes, rule_actor
from tests.routing.doing import do
from tickets.models import CustomField, Inbox, Message, SideConversation, Ticket
from tickets.services import sides

MAIL = {"to": "Stock@Partner.example", "subject": "About #{{ticket.number}}", "text": "Is it there?"}


def mails(ticket: Ticket) -> list[tuple[str, bool]]:
    rows = Message.objects.filter(ticket=ticket, kind="side", direction="out").order_by("seq")
    return [(message.text, message.is_automatic) for message in rows]


def test_rule_writes_to_a_third_party_beside_the_ticket(inbox: Inbox) -> None:
    ticket = do("mail_outside", customer_writes(inbox, "The lid is missing.\nPlease send it."), **MAIL, quote="last")
    side = SideConversation.objects.get(ticket=ticket)
    assert (side.subject, [member["address"] for member in side.members]) == (
        f"About #{ticket.number}",
        ["stock@partner.example"],
    )
    assert mails(ticket) == [("Is it there?\n\n> The lid is missing.\n> Please send it.", True)]
    assert ticket.waiting_since


def test_two_robots_fall_silent_and_one_conversation_goes_on(inbox: Inbox) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        ticket = customer_writes(inbox)
        for _ in range(10):
            do("mail_outside", ticket, **MAIL)
            clock.shift(timedelta(minutes=20))
    assert len(mails(ticket)) == 4
    assert SideConversation.objects.filter(ticket=ticket).count() == 1


def test_address_may_stand_in_a_field_of_the_ticket(inbox: Inbox) -> None:
    CustomField.objects.create(key="dealer", label="Dealer", kind="text")
    ticket = customer_writes(inbox)
    action = ACTIONS["mail_outside"]
    params = action.clean({**MAIL, "to": "", "field": "dealer"})
    assert action.apply(ticket, params, rule_actor()) == "Wrote to nobody: Dealer holds no address"
    ticket = do("set_field", ticket, field="dealer", value="dealer@partner.example")
    assert action.apply(ticket, params, rule_actor()) is None
    assert len(mails(ticket)) == 1


def test_customer_is_never_a_third_party(inbox: Inbox) -> None:
    with pytest.raises(Invalid):
        do("mail_outside", customer_writes(inbox), **{**MAIL, "to": "ana@customer.example"})


def test_only_managers_put_it_into_a_rule(inbox: Inbox, mia: Agent) -> None:
    actions = [{"action": "mail_outside", "params": MAIL}]
    with pytest.raises(NotAllowed):
        save_rule(RuleDraft(name="Ask", event="TicketOpened", actions=actions), by=mia)


def test_broken_address_is_refused(inbox: Inbox) -> None:
    with pytest.raises(Invalid):
        ACTIONS["mail_outside"].clean({**MAIL, "to": "nobody@", "field": ""})


@pytest.mark.parametrize(
    "value",
    ["a@b.example\nBcc: z@evil.example", "Evil <a@b.example>", "@", "a@b.example;z@evil.example", "a b@c.example"],
)
def test_field_that_holds_no_address_reaches_no_head_of_a_mail(inbox: Inbox, value: str) -> None:
    CustomField.objects.create(key="dealer", label="Dealer", kind="text")
    ticket = customer_writes(inbox)
    Ticket.objects.filter(pk=ticket.pk).update(fields={"dealer": value})
    ticket.refresh_from_db()
    action = ACTIONS["mail_outside"]
    params = action.clean({**MAIL, "to": "", "field": "dealer"})
    assert action.apply(ticket, params, rule_actor()) == "Wrote to nobody: Dealer holds no address"
    with pytest.raises(Invalid):
        sides.start_side(
            ticket, to=[{"address": value}], subject="x", letter=sides.Letter(text="x"), actor=rule_actor()
        )
    assert not SideConversation.objects.exists()


def test_desk_never_writes_to_itself_by_a_mark(inbox: Inbox) -> None:
    local, _, domain = inbox.address.partition("@")
    with pytest.raises(Invalid):
        do("mail_outside", customer_writes(inbox), **{**MAIL, "to": f"{local}+loop@{domain}"})


def test_third_parties_get_no_link_with_which_a_customer_rates(inbox: Inbox) -> None:
    ticket = customer_writes(inbox, f"Yes.\n\nYou wrote: http://desk.example/rate/{'a' * 26}/?score=5")
    do("mail_outside", ticket, **MAIL, quote="last")
    ((text, _),) = mails(ticket)
    assert "a" * 26 not in text
    assert "> Yes." in text
