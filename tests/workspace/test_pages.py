"""Every page of the workspace opens for those whom it is for, and its forms refuse at the field."""

from __future__ import annotations

import pytest
from django.test import Client

from channels_in.models import DeliveryState, InboundDelivery
from notifications.models import Notification
from people.models import Agent, Team
from tests.cast import Cast, new_ticket
from tests.workspace.conftest import SignIn
from tickets.models import CannedResponse, Inbox, Ticket
from tickets.services import changes, messages, moving

pytestmark = pytest.mark.django_db

FOR_ALL = (
    "/tickets/?view=mine", "/tickets/?view=due", "/tickets/list/?view=all", "/search/", "/search/?q=refund",
    "/contacts/", "/contacts/?q=rosa", "/notifications/", "/problems/", "/settings/", "/settings/canned/",
    "/settings/canned/new/", "/options/", "/notifications/count/", "/search/suggest/?q=rosa",
)  # fmt: skip
FOR_MANAGERS = ("/settings/teams/", "/settings/teams/new/", "/settings/inboxes/")
FOR_ADMINS = ("/settings/inboxes/new/email/", "/settings/inboxes/new/webchat/", "/settings/inboxes/new/telegram/")


def signed_in(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


@pytest.mark.parametrize("address", FOR_ALL)
def test_page_opens_for_every_agent(cast: Cast, address: str) -> None:
    new_ticket(cast.mail)
    for agent in (cast.ana, cast.lia, cast.mona):
        assert signed_in(agent).get(address).status_code == 200


@pytest.mark.parametrize("address", [*FOR_MANAGERS, *FOR_ADMINS])
def test_settings_of_the_desk_are_kept_from_agents(cast: Cast, address: str) -> None:
    assert signed_in(cast.ana).get(address).status_code == 403
    assert signed_in(cast.ada).get(address).status_code == 200
    assert signed_in(cast.mona).get(address).status_code == (200 if address in FOR_MANAGERS else 403)


def test_contact_page_tells_of_their_tickets_in_reach(cast: Cast) -> None:
    ticket = new_ticket(cast.mail, subject="My refund")
    new_ticket(cast.legal_mail, subject="The canary")
    page = signed_in(cast.ana).get(f"/contacts/{ticket.contact_id}/")
    assert b"My refund" in page.content
    assert b"The canary" not in page.content


def test_agent_renames_a_contact(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    assert signed_in(cast.ana).post(f"/contacts/{ticket.contact_id}/", {"name": "Rosalind"}).status_code == 302
    assert signed_in(cast.ana).post(f"/contacts/{ticket.contact_id}/", {"name": ""}).status_code == 422
    ticket.contact.refresh_from_db()
    assert ticket.contact.name == "Rosalind"


def test_bell_rings_and_is_answered(cast: Cast, sign_in: SignIn) -> None:
    ticket = new_ticket(cast.mail)
    Notification.objects.create(agent=cast.ben, kind="assigned", ticket=ticket, event_id=1, text="You have it")
    ben = sign_in(cast.ben)
    assert ben.get("/notifications/count/").json() == {"unread": 1}
    assert b"Assigned to you" in ben.get("/notifications/").content
    assert ben.post("/notifications/read/", {"ticket": str(ticket.pk)}).json() == {"unread": 0}


def test_problem_is_shown_retried_and_discarded(cast: Cast) -> None:
    first, second = (
        InboundDelivery.objects.create(
            inbox=cast.mail, external_id=name, raw=b"From: \xff<script>", state=DeliveryState.QUARANTINED, error="Odd"
        )
        for name in ("a", "b")
    )
    ana = signed_in(cast.ana)
    assert ana.get("/problems/").content.count(b"/problems/") >= 3
    assert b"&lt;script&gt;" in ana.get(f"/problems/{first.pk}/").content
    assert ana.post(f"/problems/{first.pk}/retry/").status_code == 302
    assert ana.post(f"/problems/{second.pk}/discard/").status_code == 302
    assert ana.post(f"/problems/{second.pk}/discard/").status_code == 404
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (DeliveryState.NEW, DeliveryState.DISCARDED)


def test_agent_writes_first(cast: Cast) -> None:
    form = {"inbox": cast.mail.pk, "address": "new@example.net", "subject": "Your order", "text": "It is here."}
    answer = signed_in(cast.ana).post("/tickets/new/", form)
    assert answer.status_code == 302
    ticket = Ticket.objects.get(subject="Your order")
    assert (ticket.status, ticket.contact.identities.get().value) == ("pending", "new@example.net")
    assert signed_in(cast.ana).post("/tickets/new/", {**form, "text": ""}).status_code == 422
    assert signed_in(cast.lia).get("/tickets/new/").status_code == 403


def test_profile_and_switches_are_saved(cast: Cast, sign_in: SignIn) -> None:
    ana = sign_in(cast.ana)
    form = {"name": "Ana R", "time_zone": "Europe/Madrid", "signature": "Ana", "undo_seconds": "20"}
    assert ana.post("/settings/", form).status_code == 302
    assert ana.post("/settings/", {**form, "time_zone": "Mars/Base"}).status_code == 422
    assert ana.post("/me/availability/", {"availability": "busy"}).json()["availability"] == "busy"
    assert ana.post("/me/preference/", {"name": "theme", "value": "dark"}).status_code == 200
    assert ana.post("/me/preference/", {"name": "theme", "value": "loud"}).status_code == 422
    cast.ana.refresh_from_db()
    assert (cast.ana.name, cast.ana.undo_seconds, cast.ana.preferences["shortcuts"]) == ("Ana R", 20, "off")
    assert b'data-theme="dark"' in ana.get("/settings/").content


def test_canned_responses_are_own_or_shared_by_managers(cast: Cast, sign_in: SignIn) -> None:
    ana, mona = sign_in(cast.ana), sign_in(cast.mona)
    text = "Dear {{contact.first_name}}, {{order.number}} is here. {{ agent.name }}"
    ana.post("/settings/canned/new/", {"title": "Mine", "shortcut": "/mine", "text": text, "for_all": "on"})
    mona.post("/settings/canned/new/", {"title": "Ours", "text": "Thanks", "for_all": "on"})
    mine, ours = CannedResponse.objects.get(title="Mine"), CannedResponse.objects.get(title="Ours")
    assert (mine.owner, ours.owner) == (cast.ana, None)
    ticket = new_ticket(cast.mail)
    filled = ana.get(f"/tickets/{ticket.number}/canned/").json()["canned"][0]["text"]
    assert filled == "Dear Rosa, [[order.number]] is here. Ana Ruiz"
    assert ana.post(f"/settings/canned/{ours.pk}/", {"title": "Hers", "text": "x"}).status_code == 403
    assert mona.get(f"/settings/canned/{mine.pk}/").status_code == 404
    assert ana.post(f"/settings/canned/{mine.pk}/delete/").status_code == 302


def test_manager_forms_a_team(cast: Cast) -> None:
    mona = signed_in(cast.mona)
    form = {
        "name": "Returns", "strategy": "round_robin", "lead": cast.ana.pk, "members": [cast.ana.pk, cast.ben.pk],
        "ring_seconds": 45, "chat_wait_minutes": 3, "overflow_minutes": 15,
    }  # fmt: skip
    assert mona.post("/settings/teams/new/", form).status_code == 302
    team = Team.objects.get(name="Returns")
    assert team.members.count() == 2
    assert mona.post("/settings/teams/new/", form).status_code == 422
    assert mona.post(f"/settings/teams/{team.pk}/", {**form, "name": "Refunds"}).status_code == 302


def test_secrets_of_an_inbox_are_written_and_never_shown(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    token = "123456789:" + "A" * 35
    form = {"inbox-name": "Bot", "inbox-address": "bot", "inbox-is_active": "on", "channel-token": token}
    answer = ada.post("/settings/inboxes/new/telegram/", form)
    inbox = Inbox.objects.get(name="Bot")
    assert answer.status_code == 302
    assert inbox.secrets["token"] == token
    page = ada.get(f"/settings/inboxes/{inbox.pk}/").content.decode()
    assert token not in page
    assert f"/hooks/{inbox.token}/" in page
    ada.post(f"/settings/inboxes/{inbox.pk}/", {**form, "inbox-name": "Robot", "channel-token": ""})
    inbox.refresh_from_db()
    assert (inbox.name, inbox.secrets["token"]) == ("Robot", token)
    assert "channel-token" not in signed_in(cast.mona).get(f"/settings/inboxes/{inbox.pk}/").content.decode()


def test_widget_snippet_is_ready_to_copy(cast: Cast) -> None:
    page = signed_in(cast.ada).get(f"/settings/inboxes/{cast.chat.pk}/").content.decode()
    assert f"data-inbox=&quot;{cast.chat.token}&quot; async&gt;" in page


def test_timeline_tells_every_kind_of_change(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    actor = cast.ana.as_actor()
    changes.assign(ticket, agent=cast.ana, actor=actor)
    messages.add_note(ticket, text="See https://example.net/x.", actor=actor)
    changes.assign_team(ticket, team=None, actor=actor)
    changes.add_tags(ticket, tags=["vip"], actor=actor)
    page = signed_in(cast.ben).get(f"/tickets/{ticket.number}/").content.decode()
    assert "Ana Ruiz took it" in page
    assert "took it from Support" in page
    assert "added vip" in page
    assert 'href="https://example.net/x"' in page


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_door_is_ours(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    assert b'class="door"' in page.content


def test_second_step_pages_are_ours(cast: Cast) -> None:
    page = signed_in(cast.ana).get("/accounts/2fa/")
    assert page.status_code == 200
    assert b'class="door"' in page.content


def test_lost_visitor_gets_a_friendly_page(client: Client) -> None:
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert b"There is nothing here" in page.content


def test_refusal_without_scripts_says_what_stands_in_the_way(cast: Cast) -> None:
    """Nobody was quicker here."""
    ticket, other = new_ticket(cast.mail), new_ticket(cast.mail)
    moving.merge(ticket, into=other, actor=cast.ana.as_actor())
    page = signed_in(cast.ana).post(f"/tickets/{ticket.number}/change/status/", {"status": "open"})
    assert page.status_code == 409
    assert "<h1>Not possible right now</h1>" in page.content.decode()
    assert "This ticket was merged into another one." in page.content.decode()
