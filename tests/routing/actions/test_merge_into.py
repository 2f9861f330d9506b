"""The action that puts two tickets of one contact together."""

from __future__ import annotations

from routing.actions import ACTIONS
from routing.services import action_lists
from tests.desk import a_team, an_agent, an_inbox, customer_writes, rule_actor
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


def test_what_follows_in_the_list_is_not_done_to_a_ticket_that_is_merged_now(inbox: Inbox) -> None:
    first, second = (customer_writes(inbox, subject="Order 7") for _ in range(2))
    merge = {"action": "merge_into", "params": {"which": "same_subject"}}
    urgent = {"action": "set_priority", "params": {"priority": "urgent", "how": "to"}}
    done = action_lists.run([merge, urgent], second, actor=rule_actor())
    assert len(done) == 1
    assert (second.merged_into_id, second.priority) == (first.pk, "normal")
