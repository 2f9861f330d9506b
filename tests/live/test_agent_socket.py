"""The agents' socket: who gets in, who must leave, what they hear, and what they never do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.test import override_settings

from core.events.catalogue import MessageReceived, NotificationsAdded, TicketAssigned
from core.push import Hint, ticket_topic
from live.entrance import inspect, welcome
from live.hub import Hub
from live.patrol import patrol_of
from live.subscribers import on_notifications_added, on_ticket_changed
from people.models import Agent
from tests.cast import Cast, new_ticket
from tests.live.sockets import Socket, hub_connected, in_loop, signed_in
from tickets.models import Ticket, TicketEvent


def received(ticket: Ticket) -> MessageReceived:
    """The event that made the ticket, as the bus hands it on."""
    event = TicketEvent.objects.get(ticket=ticket, kind="MessageReceived")
    return MessageReceived(ticket_id=ticket.pk, seq=event.seq, event_id=event.pk, message_id=1, channel="email")


def test_signed_in_agent_is_greeted_with_the_journals_end(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        socket = Socket(key)
        hello = await socket.greet()
        assert hello["agent"] == cast.ana.pk
        assert hello["cursor"] == received_id
        await socket.settle()
        await socket.leave()
        assert len(hub) == 0

    received_id = TicketEvent.objects.filter(ticket=ticket).latest("pk").pk
    in_loop(story)
    cast.ana.refresh_from_db()
    assert cast.ana.last_seen_at is not None


def test_stranger_is_told_that_the_session_is_over(cast: Cast) -> None:
    async def story(hub: Hub) -> None:
        for key in ("", "not-a-session"):
            socket = Socket(key)
            assert await socket.open()
            assert await socket.closed_with() == 4401
            assert socket.received == ""

    in_loop(story)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://desk.example:81", "http://localhost"])
def test_page_of_another_origin_is_refused_despite_the_cookie(cast: Cast, origin: str) -> None:
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        assert not await Socket(key, origin=origin).open()

    in_loop(story)


@override_settings(ALLOWED_HOSTS=["desk.example"])
def test_foreign_host_is_refused_even_when_origin_and_host_agree(cast: Cast) -> None:
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        assert not await Socket(key, origin="http://evil.example", host="evil.example").open()
        assert await Socket(key).open()

    in_loop(story)


@pytest.mark.parametrize("text", ["", "{", "[]", '"ping"', '{"type":"shout"}', "{}"])
def test_broken_frame_closes_the_socket(cast: Cast, text: str) -> None:
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        socket = Socket(key)
        await socket.greet()
        await socket.send_text(text)
        assert await socket.closed_with() == 4400

    in_loop(story)


def test_flood_of_frames_closes_the_socket(cast: Cast) -> None:
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        socket = Socket(key)
        await socket.greet()
        for _ in range(101):
            await socket.send(type="ping")
        assert await socket.closed_with() == 4429

    in_loop(story)


def test_secret_ticket_never_reaches_an_outsider(cast: Cast) -> None:
    """The canary: Cleo hears of the private ticket with its row, no byte of it comes to Ana."""
    secret = new_ticket(cast.legal_mail, "the canary sings at midnight", subject="canary")
    open_ticket = new_ticket(cast.mail)
    opened, received_open = received(secret), received(open_ticket)
    ana_key, cleo_key, mona_key = (signed_in(agent) for agent in (cast.ana, cast.cleo, cast.mona))

    async def story(hub: Hub) -> None:
        ana, cleo, mona = Socket(ana_key), Socket(cleo_key), Socket(mona_key)
        for socket in (ana, cleo, mona):
            await socket.greet()
        await hub_connected(hub)
        await ana.send(type="watch", tickets=[secret.pk, open_ticket.pk])
        await ana.hear("presence", lambda frame: bool(frame["ticket"] == open_ticket.pk))
        await cleo.send(type="watch", tickets=[secret.pk])
        await cleo.hear("presence")
        await sync_to_async(on_ticket_changed)([opened])
        await hub.publish(Hint((ticket_topic(secret.pk),), {"type": "contact.typing", "name": "canary"}))
        for socket in (cleo, mona):
            frame = await socket.hear("ticket.changed")
            assert (frame["ticket"], frame["seq"]) == (secret.pk, secret.last_seq)
            assert "canary" in frame["row"]
        await sync_to_async(on_ticket_changed)([received_open])
        assert (await ana.hear("ticket.changed"))["ticket"] == open_ticket.pk
        assert "canary" not in ana.received
        assert f'"ticket":{secret.pk},' not in ana.received.replace(" ", "")

    in_loop(story)


def test_new_assignee_hears_of_a_ticket_outside_their_scopes_and_the_old_one_gets_ids_only(cast: Cast) -> None:
    secret = new_ticket(cast.legal_mail, subject="canary")
    Ticket.objects.filter(pk=secret.pk).update(assignee=cast.ana)
    ana_key, ben_key = signed_in(cast.ana), signed_in(cast.ben)

    async def story(hub: Hub) -> None:
        ana, ben = Socket(ana_key), Socket(ben_key)
        await ana.greet()
        await ben.greet()
        await hub_connected(hub)
        moved = TicketAssigned(ticket_id=secret.pk, seq=2, event_id=9, before=cast.ben.pk, after=cast.ana.pk)
        await sync_to_async(on_ticket_changed)([moved])
        assert "row" in await ana.hear("ticket.changed")
        gone = await ben.hear("ticket.changed")
        assert gone == {
            "type": "ticket.changed",
            "cursor": 9,
            "ticket": secret.pk,
            "seq": secret.last_seq,
            "gone": True,
        }

    in_loop(story)


def test_bell_rings_for_its_agent_alone(cast: Cast) -> None:
    ana_key, ben_key = signed_in(cast.ana), signed_in(cast.ben)

    async def story(hub: Hub) -> None:
        ana, ben = Socket(ana_key), Socket(ben_key)
        await ana.greet()
        await ben.greet()
        await hub_connected(hub)
        on_notifications_added([NotificationsAdded(agent_ids=(cast.ana.pk,))])
        assert (await ana.hear("notification"))["agent"] == cast.ana.pk
        await ben.settle()
        assert "notification" not in ben.received

    in_loop(story)


def _sign_out(agent: Agent) -> None:
    Session.objects.all().delete()


def _deactivate(agent: Agent) -> None:
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def _change_password(agent: Agent) -> None:
    agent.set_password("another-good-one")
    agent.save(update_fields=["password"])


@pytest.mark.parametrize("change", [_sign_out, _deactivate, _change_password])
def test_agent_who_lost_the_right_to_be_here_is_sent_away(cast: Cast, change: object) -> None:
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        socket = Socket(key)
        await socket.greet()
        await patrol_of(hub).check()
        await socket.settle()
        assert callable(change)
        await sync_to_async(partial(change, cast.ana))()
        await patrol_of(hub).check()
        hub.deliver(["desk"], '{"type":"secret"}')
        assert await socket.closed_with() == 4401
        assert "secret" not in socket.received

    in_loop(story)


def test_agent_who_left_a_private_team_stops_hearing_of_it(cast: Cast) -> None:
    secret = new_ticket(cast.legal_mail, subject="canary")
    opened = received(secret)
    key = signed_in(cast.cleo)

    async def story(hub: Hub) -> None:
        cleo = Socket(key)
        await cleo.greet()
        await hub_connected(hub)
        await cleo.send(type="watch", tickets=[secret.pk])
        await cleo.hear("presence")
        await sync_to_async(cast.legal.members.clear)()
        await patrol_of(hub).check()
        await cleo.hear("reset")
        await sync_to_async(on_ticket_changed)([opened])
        await hub.publish(Hint((ticket_topic(secret.pk), "desk"), {"type": "marker"}))
        await cleo.hear("marker")
        assert "canary" not in cleo.received
        hub.deliver([ticket_topic(secret.pk)], '{"type":"later"}')
        await cleo.settle()
        assert "later" not in cleo.received

    in_loop(story)


def test_inspection_asks_the_same_few_questions_for_any_number_of_sockets(
    cast: Cast, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    tickets = [new_ticket(cast.mail, f"number {number}").pk for number in range(3)]
    welcomes = [welcome([(b"cookie", f"sessionid={signed_in(agent)}".encode())]) for agent in cast.everyone()]
    people = [found.person for found in welcomes if found]
    with django_assert_num_queries(7):
        found = inspect(people, {(person.agent_id, ticket) for person in people for ticket in tickets})
    assert len(found.scopes) == len(people) == 6
    assert {agent_id for agent_id, _ in found.watches} == {agent.pk for agent in cast.everyone()}
