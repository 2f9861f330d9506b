"""Every type of frame of the agents' socket against every role: nobody hears of, or does anything to, a private ticket.

The types come from the source (tests/security/frames.py): a new one fails here until it says who may hear it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from core.events.catalogue import (
    AgentAvailabilityChanged,
    ContactTyped,
    Event,
    MessageReceived,
    NotificationsAdded,
    WaitReasonChanged,
)
from live.hub import Hub
from live.patrol import patrol_of
from live.subscribers import (
    MOST_ROWS,
    on_agent_availability_changed,
    on_contact_typed,
    on_notifications_added,
    on_ticket_changed,
    on_wait_reason_changed,
)
from people.models import Team
from tests.architecture.source import ROOT
from tests.cast import Cast, new_ticket
from tests.live.sockets import Frame, Socket, hub_connected, in_loop, signed_in
from tests.security.frames import AGENT_CONSUMER, agent_frames_out, frames_in
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db
CANARY = "c4nary"
EVERYONE = {"ana", "ben", "lia", "cleo", "mona", "ada"}
# Only these may see the ticket of the private Legal team.
INSIDERS = {"cleo", "mona", "ada"}

# What each frame of a browser says about the private ticket.
SENT: dict[str, dict[str, Any]] = {
    "watch": {"tickets": []},
    "typing": {"ticket": 0, "mode": "reply"},
    "ping": {"ticket": 0},
}
# Who hears of each frame when it is about the private ticket (or about nothing).
HEARD: dict[str, set[str]] = {
    "hello": EVERYONE,
    "pong": EVERYONE,
    "resync": EVERYONE,
    "reset": EVERYONE - {"mona", "ada"},  # who sees everything sees no more when a team is made
    "agent.changed": EVERYONE,
    "ticket.changed": INSIDERS,
    "presence": INSIDERS,
    "contact.typing": INSIDERS,
    "notification": {"cleo"},
    "wait.changed": INSIDERS,
}


@pytest.fixture(autouse=True)
def _keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels would take the test's open transaction for a leak."""
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


@pytest.fixture
def secret(cast: Cast) -> Ticket:
    return new_ticket(cast.legal_mail, f"The {CANARY} settlement", subject=f"{CANARY} subject")


def test_every_type_of_frame_is_tried() -> None:
    assert frames_in(AGENT_CONSUMER) == set(SENT), "Say in SENT what the frame says about a private ticket"
    assert agent_frames_out() == set(HEARD), "Say in HEARD who may hear the frame"


def test_every_type_of_frame_is_documented() -> None:
    page = (ROOT / "docs/sockets.md").read_text(encoding="utf-8").partition("## `/ws/chat/`")[0]
    missing = {kind for kind in {*SENT, *HEARD} if f'"type": "{kind}"' not in page}
    assert not missing


def test_strangers_hear_nothing_whatever_they_send(cast: Cast, secret: Ticket) -> None:
    """Nobody, a made-up session, and one whose agent was switched off."""
    gone = signed_in(cast.ben)
    cast.ben.is_active = False
    cast.ben.save()

    async def story(hub: Hub) -> None:
        for key in ("", "made-up", gone):
            socket = Socket(key)
            assert await socket.open()
            for kind in SENT:
                await socket.send(**frame_about(kind, secret))
            assert await socket.closed_with() == 4401
            assert socket.received == ""

    in_loop(story)


@pytest.mark.parametrize("kind", sorted(SENT))
@pytest.mark.parametrize("who", sorted(EVERYONE - INSIDERS))
def test_outsiders_frame_does_nothing_to_a_private_ticket(
    cast: Cast, secret: Ticket, kind: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    monkeypatch.setattr("live.consumers.publish", told.append)
    keys = {name: signed_in(getattr(cast, name)) for name in (who, "cleo")}

    async def story(hub: Hub) -> None:
        outsider, cleo = Socket(keys[who]), Socket(keys["cleo"])
        for socket in (outsider, cleo):
            await socket.greet()
        await hub_connected(hub)
        await cleo.send(type="watch", tickets=[secret.pk])
        await cleo.hear("presence")
        await cleo.settle()
        told.clear()
        before = len(cleo.received)
        # Watching first: whoever was let in by that would do harm with the frame.
        for sent in ("watch", kind):
            await outsider.send(**frame_about(sent, secret))
        await outsider.settle()
        await cleo.settle()
        assert told == []
        assert "presence" not in cleo.received[before:]
        assert not mentions(outsider.received, secret)
        for socket in (outsider, cleo):
            await socket.leave()

    in_loop(story)


@pytest.mark.parametrize("kind", sorted(HEARD))
def test_frame_is_heard_by_those_who_may_see_the_ticket_and_nobody_else(cast: Cast, secret: Ticket, kind: str) -> None:
    keys = {name: signed_in(getattr(cast, name)) for name in sorted(EVERYONE)}
    cause = causes(cast, secret).get(kind, said_already)

    async def story(hub: Hub) -> None:
        sockets = {name: Socket(key) for name, key in keys.items()}
        for socket in sockets.values():
            await socket.greet()
        await hub_connected(hub)
        for name, socket in sockets.items():
            await socket.send(type="watch", tickets=[secret.pk])
            if name in INSIDERS:
                await socket.hear("presence")
            await socket.send(type="typing", ticket=secret.pk, mode="reply")
            await socket.settle()
        await sync_to_async(cause)()
        await patrol_of(hub).check()
        for name, socket in sockets.items():
            if name in HEARD[kind] and not any(frame["type"] == kind for frame in frames_of(socket.received)):
                await socket.hear(kind)
            await socket.settle()
        for name, socket in sockets.items():
            kinds = {frame["type"] for frame in frames_of(socket.received)}
            assert (kind in kinds) == (name in HEARD[kind]), name
            assert name in INSIDERS or not mentions(socket.received, secret), name
            await socket.leave()

    in_loop(story)


def causes(cast: Cast, secret: Ticket) -> dict[str, Callable[[], object]]:
    """What makes the desk say each frame."""
    row = TicketEvent.objects.get(ticket=secret, kind="MessageReceived")
    received = MessageReceived(ticket_id=secret.pk, seq=row.seq, event_id=row.pk, message_id=1, channel="email")
    many = [dataclasses.replace(received, ticket_id=secret.pk + number) for number in range(MOST_ROWS + 1)]
    available = AgentAvailabilityChanged(agent_id=cast.cleo.pk, before="away", after="available")
    reason = WaitReasonChanged(
        team_id=secret.team_id or 0, inbox_id=secret.inbox_id, short=CANARY, sentence="", ticket_ids=(secret.pk,)
    )
    return {
        "resync": lambda: on_ticket_changed(many),
        "reset": lambda: Team.objects.create(name="New"),
        "agent.changed": lambda: on_agent_availability_changed([available]),
        "ticket.changed": lambda: on_ticket_changed([received]),
        "contact.typing": lambda: on_contact_typed([ContactTyped(ticket_id=secret.pk, contact_name=CANARY)]),
        "notification": lambda: on_notifications_added([NotificationsAdded(agent_ids=(cast.cleo.pk,))]),
        "wait.changed": lambda: on_wait_reason_changed([reason]),
    }


def said_already() -> None:
    """Greetings, answers and presence are said in the course of the story itself."""


def frame_about(kind: str, ticket: Ticket) -> dict[str, Any]:
    words: dict[str, Any] = {"type": kind, **SENT[kind]}
    if "ticket" in words:
        words["ticket"] = ticket.pk
    if "tickets" in words:
        words["tickets"] = [ticket.pk]
    return words


def frames_of(received: str) -> list[Frame]:
    """The frames as they came, one after the other."""
    frames, rest, decoder = [], received, json.JSONDecoder()
    while rest:
        frame, end = decoder.raw_decode(rest)
        frames.append(frame)
        rest = rest[end:]
    return frames


def mentions(received: str, ticket: Ticket) -> bool:
    about = [frame for frame in frames_of(received) if frame.get("ticket") == ticket.pk]
    return CANARY in received or bool(about)
