"""Whatever a stranger writes into the headers, their mail never becomes part of somebody else's ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_in.email import tokens
from channels_in.email.door import Mail
from channels_in.email.receiving import receive
from tests.channels_in.email.conftest import ADDRESS, inbox
from tests.channels_in.email.samples import mail
from tests.desk import agent_replies, an_agent
from tickets.models import Inbox, Message, SideConversation, Ticket
from tickets.services import outbox

__all__ = ["inbox"]
pytestmark = pytest.mark.django_db

STRANGERS = st.sampled_from(
    [
        "Mallory <mallory@evil.example>",
        '"rosa@example.net" <mallory@evil.example>',
        "Rosa Lind <rosa@example.net.evil.example>",
        "rosa@exаmple.net <mallory@evil.example>",
        "=?utf-8?q?rosa=40example=2Enet?= <mallory@evil.example>",
        "<mallory@evil.example> (rosa@example.net)",
        "rosa+x@example.net",
        "group: mallory@evil.example, rosa@example.net;",
        "Mia <mia-impostor@desk.example>",
    ]
)
WRAPS: list[Callable[[str], str]] = [
    lambda ids: ids,
    lambda ids: ids.upper(),
    lambda ids: ids.replace(" ", "\n\t"),
    lambda ids: f"{ids} {ids}",
    lambda ids: ids.replace("<", "").replace(">", ""),
    lambda ids: f'"{ids}"',
    lambda ids: f"(comment {ids}) {ids}",
]


class _RolledBack(Exception):
    pass


@pytest.fixture
def clues(inbox: Inbox) -> dict[str, str]:
    """What somebody who has seen the whole thread knows, Rosa's own signed address included."""
    first = receive(inbox, Mail(raw=mail("The hinge broke."), rcpt_to=ADDRESS))
    ticket = Ticket.objects.get(number=first.ticket_number or 0)
    mia = an_agent("Mia Winter")
    reply = agent_replies(ticket, mia)
    sent = tokens.own_message_id(ADDRESS, ticket_id=ticket.pk, message_id=reply.pk)
    outbox.assign_external_id(reply, external_id=sent)
    side = SideConversation.objects.create(
        ticket=ticket, inbox=inbox, subject="Parts", members=[{"name": "", "address": "parts@acme.example"}]
    )
    return {
        "ticket": str(ticket.pk),
        "number": str(ticket.number),
        "ids": f"<m1@example.net> <{sent}>",
        "token": tokens.reply_address(ADDRESS, ticket_id=ticket.pk, to="rosa@example.net"),
        "side": tokens.side_address(ADDRESS, side_id=side.pk, to="parts@acme.example"),
        "agent": tokens.agent_address(ADDRESS, ticket_id=ticket.pk, seq=9, to=mia.email),
    }


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sender=STRANGERS,
    wrap=st.sampled_from(WRAPS),
    to=st.sampled_from(["plain", "token", "side", "agent"]),
    subject=st.sampled_from(["Re: [#{n}] Broken hinge", "[#{n}]", "Broken hinge", "re: RE: [#{n}] [#{n}]"]),
    extra=st.dictionaries(
        st.sampled_from(["reply_to", "sender", "cc", "return_path", "resent_from", "x_original_from"]),
        st.sampled_from(["rosa@example.net", "Rosa <rosa@example.net>", "mallory@evil.example"]),
        max_size=3,
    ),
    results=st.sampled_from(["", "mx.desk.example; dmarc=none", "evil; dmarc=pass", "mx.desk.example; dmarc=fail"]),
)
def test_stranger_with_every_clue_stays_outside(
    clues: dict[str, str],
    inbox: Inbox,
    sender: str,
    wrap: Callable[[str], str],
    to: str,
    subject: str,
    extra: dict[str, str],
    results: str,
) -> None:
    inbox.config = {"authserv_id": "mx.desk.example"}
    inbox.save()
    address = clues.get(to, ADDRESS)
    headers = {
        "from": sender,
        "to": address,
        "subject": subject.format(n=clues["number"]),
        "message_id": "<evil-1@evil.example>",
        "in_reply_to": wrap(clues["ids"]),
        "references": wrap(clues["ids"]),
        "authentication_results": results,
        **extra,
    }
    before = set(Message.objects.filter(ticket_id=int(clues["ticket"])).values_list("pk", flat=True))
    with pytest.raises(_RolledBack), transaction.atomic():
        done = receive(inbox, Mail(raw=mail("Let me in", **headers), mail_from="mallory@evil.example", rcpt_to=address))
        after = set(Message.objects.filter(ticket_id=int(clues["ticket"])).values_list("pk", flat=True))
        assert after == before, done
        raise _RolledBack
