"""Managers and admins hear when the desk itself needs a hand: once for each matter, and nobody else does."""

from __future__ import annotations

import pytest
from django.test import Client

from core.events.bus import publish, unit_of_work
from core.events.catalogue import DeliveryQuarantined, Event, MailboxUnreadable, MailsMissing, RulesGaveUp
from notifications.models import Notification
from notifications.selectors.bell import bell_of, unread_count
from notifications.services.reading import mark_read
from people.services import agents
from tests.cast import Cast, new_ticket
from tickets.services import inboxes

pytestmark = pytest.mark.django_db


def told(cast: Cast) -> dict[str, list[str]]:
    """What each of the cast reads in the bell."""
    lines = {
        agent.name: [line.get_kind_display() for line in bell_of(agent).notifications] for agent in cast.everyone()
    }
    return {name: found for name, found in lines.items() if found}


def happens(*events: Event) -> None:
    with unit_of_work():
        for event in events:
            publish(event)


def test_switched_off_inbox_is_told_to_managers_once(cast: Cast) -> None:
    inboxes.disable(cast.mail, reason="The login was refused")
    inboxes.disable(cast.mail, reason="The login was refused")
    assert told(cast) == {name: ["An inbox was switched off"] for name in ("Mona", "Ada")}
    assert bell_of(cast.mona).notifications[0].text == "The login was refused"


def test_many_unreadable_mails_are_one_line_until_it_is_read(cast: Cast) -> None:
    for number in range(3):
        happens(DeliveryQuarantined(inbox_id=cast.mail.pk, delivery_id=number))
    happens(DeliveryQuarantined(inbox_id=cast.legal_mail.pk, delivery_id=9))
    assert unread_count(cast.ada) == 2
    mark_read(cast.ada)
    happens(DeliveryQuarantined(inbox_id=cast.mail.pk, delivery_id=4))
    assert (unread_count(cast.ada), unread_count(cast.mona)) == (1, 2)


def test_each_matter_leads_to_where_it_is_dealt_with(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    inbox_id = cast.mail.pk
    happens(MailboxUnreadable(inbox_id=inbox_id, reason="No route to host"))
    mark_read(cast.mona)
    happens(
        MailsMissing(inbox_id=inbox_id, count=3),
        DeliveryQuarantined(inbox_id=inbox_id, delivery_id=1),
        RulesGaveUp(ticket_id=ticket.pk, event_id=1),
    )
    client = Client()
    client.force_login(cast.mona)
    page = client.get("/notifications/").content.decode()
    for address in (f"/settings/inboxes/{inbox_id}/", "/problems/", f"/tickets/{ticket.number}/"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_who_manages_no_more_reads_no_more_of_the_desk(cast: Cast) -> None:
    inboxes.disable(cast.mail, reason="The login was refused")
    cast.mona.role = "agent"
    cast.mona.save()
    assert unread_count(cast.mona) == 0
    agents.set_active(cast.ben, is_active=False)
    assert Notification.objects.filter(agent__in=[cast.ana, cast.ben]).count() == 0
