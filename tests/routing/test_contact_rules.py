"""Rules react to what happens to contacts: once on each open ticket of theirs, and to a customer's first ticket."""

from __future__ import annotations

import pytest

from people.models import Agent, Organization
from people.services import contacts
from routing.models import ContactNews, RuleRun
from routing.services import contact_news, reacting
from routing.services.rules import RuleDraft, save_rule
from tests.desk import customer_writes
from tickets.models import Inbox, Ticket, TicketEvent
from tickets.services import changes, journal

TAG = [{"action": "add_tag", "params": {"tags": "told"}}]


def a_rule(event: str = "ContactUpdated", **conditions: object) -> None:
    save_rule(RuleDraft(name=event, event=event, conditions=conditions, actions=TAG))


def react() -> None:
    """As the tasks do, until nothing is left."""
    while contact_news.tell():
        continue
    reacting.react_to(list(TicketEvent.objects.order_by("pk").values_list("pk", flat=True)))


def told() -> list[int]:
    return list(Ticket.objects.filter(tags__contains=["told"]).order_by("pk").values_list("pk", flat=True))


def test_rule_acts_once_on_each_open_ticket_of_a_contact_whose_tier_changes(inbox: Inbox, mia: Agent) -> None:
    a_rule(all=[{"fact": "contact_change", "op": "is", "value": "tier"}])
    first, second, third = (customer_writes(inbox) for _ in range(3))
    changes.set_status(second, status="resolved", actor=mia.as_actor())
    contacts.set_tiers(first.contact, own="gold")
    for _ in range(2):
        react()
    assert told() == [first.pk, third.pk]
    assert RuleRun.objects.count() == 2
    assert not ContactNews.objects.exists()


def test_ticket_that_cannot_be_told_holds_up_no_other_and_no_later_news(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_rule()
    first, broken = (customer_writes(inbox) for _ in range(2))
    contacts.set_tiers(first.contact, own="gold")
    real = journal.locked

    def locked(ticket: Ticket | int) -> Ticket:
        if ticket == broken.pk:
            raise RuntimeError("This row is broken.")
        return real(ticket)

    monkeypatch.setattr(journal, "locked", locked)
    react()
    assert told() == [first.pk]
    assert not ContactNews.objects.exists()


def test_change_of_an_organization_reaches_all_its_tickets_in_batches(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_news, "BATCH", 2)
    a_rule()
    tickets = [customer_writes(inbox) for _ in range(5)]
    company = Organization.objects.create(name="Acme")
    Ticket.objects.update(organization=company)
    contact = tickets[0].contact
    contact.organization = company
    contact.save()
    contacts.set_tiers(contact, own="", organization="gold")
    react()
    assert told() == [ticket.pk for ticket in tickets]


@pytest.mark.parametrize("what", ["address", "name", "blocked"])
def test_other_news_of_a_contact_wake_rules_too(inbox: Inbox, mia: Agent, what: str) -> None:
    a_rule(all=[{"fact": "contact_change", "op": "is", "value": what}])
    ticket = customer_writes(inbox)
    contacts.add_identity(ticket.contact, kind="phone", value="+4930123")
    contacts.rename(ticket.contact, name="Ana R.")
    contacts.block(ticket.contact, agent=mia)
    react()
    assert told() == [ticket.pk]
    assert RuleRun.objects.count() == 1


def test_nothing_is_kept_while_no_rule_listens(inbox: Inbox) -> None:
    contacts.set_tiers(customer_writes(inbox).contact, own="gold")
    assert not ContactNews.objects.exists()


def test_new_customer_is_known_by_their_first_ticket(inbox: Inbox) -> None:
    a_rule("TicketOpened", all=[{"fact": "contact_is_new", "op": "is", "value": True}])
    first, _ = (customer_writes(inbox) for _ in range(2))
    react()
    assert told() == [first.pk]
