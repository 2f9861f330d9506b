"""The action that puts two tickets of one contact together."""

from __future__ import annotations

from routing.actions import ACTIONS
from tests.desk import a_team, an_agent, an_inbox, customer_writes
from tests.routing.doing import do
from tickets.models import Inbox, Message, Ticket


def test_rule_merges_into_the_open_ticket_with_the_same_subject(inbox: Inbox) -> None:
    first = customer_writes(inbox, subject="Order 7")
    customer_writes(inbox, subject="Something else")
    second = customer_writes(inbox, "Also the lid", subject="order 7")
    do("merge_into", second, which="same_subject")
    assert second.merged_into_id == first.pk
    assert set(Message.objects.filter(text="Also the lid").values_list("ticket_id", flat=True)) == {first.pk}


def test_nothing_is_merged_over_inboxes_or_when_there_is_no_other(inbox: Inbox) -> None:
    customer_writes(an_inbox(), subject="Order 7")
    ticket = do("merge_into", customer_writes(inbox, subject="Order 7"), which="newest")
    assert (ticket.merged_into_id, ticket.status) == (None, "open")


def test_agents_macro_merges_into_nothing_that_the_agent_may_not_see(inbox: Inbox) -> None:
    secret = customer_writes(inbox, subject="Order 7")
    Ticket.objects.filter(pk=secret.pk).update(team=a_team("Legal", is_private=True))
    ticket = customer_writes(inbox, subject="Order 7")
    ACTIONS["merge_into"].apply(ticket, {"which": "newest"}, an_agent().as_actor())
    ticket.refresh_from_db()
    assert (ticket.merged_into_id, ticket.status) == (None, "open")
