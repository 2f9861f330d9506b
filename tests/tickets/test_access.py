"""The permission door, from both sides: what an agent sees, and who sees a ticket."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from people.services.contacts import add_contact
from tests.cast import Cast, last_message, new_ticket
from tickets.selectors import access
from tickets.selectors.contacts import contact_page, find_contacts
from tickets.selectors.counts import view_counts
from tickets.selectors.filters import Filters
from tickets.selectors.lists import ticket_page
from tickets.selectors.search import search
from tickets.services import changes
from tickets.services.files import upload

pytestmark = pytest.mark.django_db


def test_private_ticket_is_seen_by_its_team_and_managers_only(cast: Cast) -> None:
    secret = new_ticket(cast.legal_mail, "The canary settlement")
    who = {agent.name for agent in cast.everyone() if access.tickets_visible_to(agent).filter(pk=secret.pk).exists()}
    assert who == {"Cleo", "Mona", "Ada"}
    assert {agent.name for agent in access.agents_who_see(secret)} == who


def test_public_ticket_in_private_team_is_hidden(cast: Cast) -> None:
    ticket = changes.assign_team(new_ticket(cast.mail), team=cast.legal, actor=cast.mona.as_actor())
    assert not access.tickets_visible_to(cast.ana).filter(pk=ticket.pk).exists()
    assert access.tickets_visible_to(cast.cleo).filter(pk=ticket.pk).exists()


def test_both_sides_of_the_door_agree(cast: Cast) -> None:
    tickets = [new_ticket(cast.mail), new_ticket(cast.legal_mail), new_ticket(cast.chat, external_id="x")]
    changes.assign_team(tickets[0], team=cast.legal, actor=cast.mona.as_actor())
    for ticket in tickets:
        ticket.refresh_from_db()
        seen_by = {agent.pk for agent in access.agents_who_see(ticket)}
        for agent in cast.everyone():
            assert access.tickets_visible_to(agent).filter(pk=ticket.pk).exists() == (agent.pk in seen_by)


def test_secret_leaks_through_no_reader(cast: Cast) -> None:
    secret = new_ticket(cast.legal_mail, "The canary settlement", subject="canary")
    cast.ana.__dict__.pop("_scopes", None)
    assert ticket_page(cast.ana, filters=Filters(state="any")).rows == []
    assert search(cast.ana, "canary") == []
    assert search(cast.ana, f"#{secret.number}") == []
    assert view_counts(cast.ana)["all"] == 0
    with pytest.raises(NotFound):
        access.ticket_for(cast.ana, secret.number)
    with pytest.raises(NotFound):
        access.message_for(cast.ana, last_message(secret).pk)
    assert search(cast.cleo, "canary")[0].ticket == secret


def test_contact_is_found_by_the_same_rule_at_every_door(cast: Cast) -> None:
    hidden = new_ticket(cast.legal_mail).contact
    fresh = add_contact(name="Nora Newcomer")
    for agent in cast.everyone():
        visible = set(access.contacts_visible_to(agent))
        assert fresh in visible
        assert (hidden in visible) == (agent.name in ("Cleo", "Mona", "Ada"))
        assert set(contact_page(agent).rows) == visible
        assert fresh in find_contacts(agent, "newcomer")
        assert access.contact_for(agent, fresh.pk) == fresh


def test_upload_is_its_owners_until_sent(cast: Cast) -> None:
    file = upload(b"x", name="a.txt", content_type="text/plain", agent=cast.ana)
    assert access.attachment_for(cast.ana, file.pk) == file
    with pytest.raises(NotFound):
        access.attachment_for(cast.ben, file.pk)


def test_inactive_agent_sees_nothing(cast: Cast) -> None:
    new_ticket(cast.mail)
    cast.ada.is_active = False
    assert not access.tickets_visible_to(cast.ada).exists()
