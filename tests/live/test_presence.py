"""Presence: colleagues see each other at a ticket, and leases end by themselves."""

from __future__ import annotations

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings

from core.events.catalogue import AgentTyped, ContactTyped, Event
from live import presence
from live.hub import Hub
from live.patrol import patrol_of
from live.subscribers import on_contact_typed
from tests.cast import Cast, new_ticket
from tests.live.sockets import Socket, hub_connected, in_loop, signed_in


def test_two_agents_see_each_other_view_type_and_leave(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    ana_key, ben_key = signed_in(cast.ana), signed_in(cast.ben)

    async def story(hub: Hub) -> None:
        ana, ben = Socket(ana_key), Socket(ben_key)
        await ana.greet()
        await ben.greet()
        await hub_connected(hub)
        await ana.send(type="watch", tickets=[ticket.pk])
        await ana.sees([("Ana Ruiz", "viewing", "")])
        await ben.send(type="watch", tickets=[ticket.pk])
        await ana.sees([("Ana Ruiz", "viewing", ""), ("Ben", "viewing", "")])
        await ben.send(type="typing", ticket=ticket.pk, mode="note")
        await ana.sees([("Ana Ruiz", "viewing", ""), ("Ben", "typing", "note")])
        await ben.send(type="typing", ticket=ticket.pk, mode="")
        await ana.sees([("Ana Ruiz", "viewing", ""), ("Ben", "viewing", "")])
        await ben.leave()
        await ana.sees([("Ana Ruiz", "viewing", "")])

    in_loop(story)


def test_agent_with_two_devices_is_shown_once_and_typing_wins(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        desk, phone = Socket(key), Socket(key)
        await desk.greet()
        await phone.greet()
        await hub_connected(hub)
        for device in (desk, phone):
            await device.send(type="watch", tickets=[ticket.pk])
            await device.sees([("Ana Ruiz", "viewing", "")])
        await phone.send(type="typing", ticket=ticket.pk, mode="reply")
        await desk.sees([("Ana Ruiz", "typing", "reply")])
        await phone.leave()
        await desk.sees([("Ana Ruiz", "viewing", "")])

    in_loop(story)


def test_typing_on_a_ticket_that_is_not_watched_says_nothing(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    ana_key, ben_key = signed_in(cast.ana), signed_in(cast.ben)

    async def story(hub: Hub) -> None:
        ana, ben = Socket(ana_key), Socket(ben_key)
        await ana.greet()
        await ben.greet()
        await hub_connected(hub)
        await ana.send(type="watch", tickets=[ticket.pk])
        await ana.sees([("Ana Ruiz", "viewing", "")])
        for frame in ({"ticket": ticket.pk, "mode": "reply"}, {"ticket": None}, {"ticket": [1]}, {"mode": 7}):
            await ben.send(type="typing", **frame)
        await ben.settle()
        await ana.settle()
        assert "Ben" not in ana.received

    in_loop(story)


def test_flushed_redis_forgets_presence_until_the_next_renewal(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    ana_key, ben_key = signed_in(cast.ana), signed_in(cast.ben)

    async def story(hub: Hub) -> None:
        ana, ben = Socket(ana_key), Socket(ben_key)
        for socket in (ana, ben):
            await socket.greet()
        await hub_connected(hub)
        for socket in (ana, ben):
            await socket.send(type="watch", tickets=[ticket.pk])
            await socket.hear("presence")
        await sync_to_async(_forget_presence)()
        await patrol_of(hub).renew_presence()
        await ana.sees([("Ana Ruiz", "viewing", ""), ("Ben", "viewing", "")])

    in_loop(story)


def test_seat_of_a_killed_process_is_shown_no_longer_than_its_lease(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = new_ticket(cast.mail)
    key = signed_in(cast.ana)
    clock = [1_000_000.0]
    monkeypatch.setattr("live.presence.time.time", lambda: clock[0])

    async def story(hub: Hub) -> None:
        ana = Socket(key)
        await ana.greet()
        await hub_connected(hub)
        leases = presence.Presences(hub.redis)
        await leases.take(presence.Seat("killed", 999, "Ghost"), ticket.pk)
        await ana.send(type="watch", tickets=[ticket.pk])
        await ana.sees([("Ana Ruiz", "viewing", ""), ("Ghost", "viewing", "")])
        await patrol_of(hub).renew_presence()
        clock[0] += presence.LEASE_SECONDS
        await patrol_of(hub).renew_presence()
        await ana.sees([("Ana Ruiz", "viewing", "")])

    in_loop(story)


def test_typing_contact_is_told_to_the_open_screens(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    key = signed_in(cast.ana)

    async def story(hub: Hub) -> None:
        ana = Socket(key)
        await ana.greet()
        await hub_connected(hub)
        await ana.send(type="watch", tickets=[ticket.pk])
        await ana.hear("presence")
        await sync_to_async(on_contact_typed)([ContactTyped(ticket_id=ticket.pk, contact_name="Rosa")])
        assert (await ana.hear("contact.typing"))["name"] == "Rosa"

    in_loop(story)


@pytest.mark.parametrize(("mode", "told"), [("reply", 1), ("note", 0), ("", 0)])
def test_typing_of_a_public_reply_alone_is_told_to_the_desk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, mode: str, told: int
) -> None:
    ticket = new_ticket(cast.mail)
    key = signed_in(cast.ana)
    heard: list[Event] = []
    monkeypatch.setattr("live.consumers.publish", heard.append)

    async def story(hub: Hub) -> None:
        ana = Socket(key)
        await ana.greet()
        await ana.send(type="watch", tickets=[ticket.pk])
        await ana.send(type="typing", ticket=ticket.pk, mode=mode)
        await ana.settle()

    in_loop(story)
    typed = [event for event in heard if isinstance(event, AgentTyped)]
    assert typed == [AgentTyped(ticket_id=ticket.pk, agent_id=cast.ana.pk, agent_name="Ana Ruiz")] * told


def _forget_presence() -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("presence:*"):
        client.delete(key)
    client.close()
