"""Every address of the desk against every role: a new address that is not classified fails here.

The world holds one ticket of the private Legal team, full of canaries. Whoever is not let into it must get the answer
of a thing that does not exist, and must never receive a byte of it, by any address and any method.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from callbacks.models import Callback
from channels_in.models import InboundDelivery
from csat.models import Rating, Recovery, SurveyRequest
from people.models import Agent
from routing.models import Macro
from tests.addresses import routes as _routes
from tests.cast import Cast, last_message, new_ticket
from tickets.models import Attachment, Message, MessageHtml, ScheduledReply, SideConversation, Ticket
from tickets.services.files import store

pytestmark = pytest.mark.django_db
CANARY = "c4nary"

# Who may call an address. "object": only those who may see the private ticket (others: 404).
PUBLIC, SIGNED_IN, OBJECT, TOKEN = "public", "signed-in", "object", "token"
MANAGERS, ADMINS = "managers", "admins"
OUTSIDERS, INSIDERS = ("lia", "ana"), ("cleo", "mona", "ada")

CLASSES: dict[str, str] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,  # token or loopback only; tests/helpdesk has its own test
    "channels_in:hook": PUBLIC,  # its own proof: the signature
    **{
        f"workspace:{name}": OBJECT
        for name in (
            "ticket ticket-pane ticket-side ticket-after ticket-earlier ticket-canned ticket-reply ticket-note"
            " ticket-why ticket-macro ticket-ask-rating ticket-recovery"
            " ticket-remove-comments"
            " ticket-draft ticket-change ticket-targets ticket-move ticket-merge ticket-move-undo"
            " ticket-chat-end ticket-chat-go-on"
            " ticket-side-new ticket-side-conversation ticket-side-close message-forward ticket-person"
            " message-body message-source message-source-file message-undo message-retry attachment contact problem"
            " problem-retry problem-discard message-redact ticket-schedule ticket-scheduled-cancel"
            " ticket-scheduled-send"
            " callback-new callback-move callback-settle"
            " contact-block held-one held-release held-discard held-restore held-block"
        ).split()
    },
}
# Whole families; the exact names above win.
FAMILIES: dict[str, str] = {
    "account_": PUBLIC,  # allauth's own doors
    "mfa_": PUBLIC,
    "portal:": PUBLIC,  # visitors prove themselves by their signed token
    "demo:": PUBLIC,
    "api:": TOKEN,
    "reports:": MANAGERS,
    "workspace:report-": MANAGERS,
    "workspace:settings-team": MANAGERS,
    "workspace:settings-agent-new": ADMINS,
    "workspace:settings-agent-switch": ADMINS,
    "workspace:settings-agent-invite": ADMINS,
    "workspace:settings-inbox-new": ADMINS,  # it takes credentials
    "workspace:settings-inbox-sign-in": ADMINS,
    "workspace:settings-sign-in-return": ADMINS,
    "workspace:settings-inbox": MANAGERS,
    "workspace:settings-brand": MANAGERS,
    "workspace:settings-sla": MANAGERS,
    "workspace:settings-rule": MANAGERS,
    "workspace:settings-survey": MANAGERS,
    "workspace:settings-webhook": MANAGERS,
    "workspace:settings-field": MANAGERS,
    "workspace:settings-hours": MANAGERS,
    "workspace:settings-polic": MANAGERS,
    "workspace:": SIGNED_IN,
}


@dataclass
class World:
    cast: Cast
    args: dict[str, Any] = field(default_factory=dict)


def _class_of(name: str) -> str | None:
    if name in CLASSES:
        return CLASSES[name]
    return next((kind for prefix, kind in FAMILIES.items() if name.startswith(prefix)), None)


def _named(kind: str) -> list[str]:
    return sorted({name for name, _ in _routes() if _class_of(name) == kind})


@pytest.fixture
def world(cast: Cast) -> World:
    secret = new_ticket(
        cast.legal_mail, f"The {CANARY} settlement", subject=f"{CANARY} subject", html=f"<p>{CANARY} html</p>"
    )
    cast.rosa.name = f"{CANARY} Rosa"
    cast.rosa.save()
    message = last_message(secret)
    file = _file_of(message)
    assert MessageHtml.objects.filter(message=message).exists()
    macro = Macro.objects.create(name="Wait", texts=[{"language": "", "channel": "", "text": "Wait."}])
    message.external_id = f"{CANARY}@corpus.example"
    message.save()
    InboundDelivery.objects.create(
        inbox=cast.legal_mail, external_id=message.external_id, raw=f"Subject: {CANARY}\n\nraw".encode(), state="done"
    )
    side = SideConversation.objects.create(ticket=secret, inbox=cast.legal_mail, subject=f"{CANARY} aside")
    _unhappy(secret)
    broken = InboundDelivery.objects.create(
        inbox=cast.legal_mail, external_id="broken", raw=f"{CANARY} raw".encode(), state="quarantined"
    )
    return World(
        cast,
        {
            "held_id": _held_back(cast).pk,
            "number": secret.number,
            "seq": 0,
            "message_id": message.pk,
            "attachment_id": file.pk,
            "contact_id": cast.rosa.pk,
            "delivery_id": broken.pk,
            "scheduled_id": _scheduled(cast, secret).pk,
            "side_id": side.pk,
            "verb": "priority",
            "slug": "sla",
            "canned_id": 1,
            "team_id": cast.legal.pk,
            "inbox_id": cast.legal_mail.pk,
            "kind": "email",
            "macro_id": macro.pk,
            "callback_id": _promised(secret).pk,
            "word": "called",
        },
    )


def _scheduled(cast: Cast, secret: Ticket) -> ScheduledReply:
    words = f"{CANARY} later"
    return ScheduledReply.objects.create(ticket=secret, agent=cast.cleo, text=words, send_at="2030-01-01T00:00Z")


def _file_of(message: Message) -> Attachment:
    stored = store(f"{CANARY} file".encode(), name=f"{CANARY}.txt", content_type="text/plain")
    return Attachment.objects.create(
        id=stored.id,
        message=message,
        storage_name=stored.storage_name,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
    )


def _promised(secret: Ticket) -> Callback:
    window = {"starts_at": "2030-01-01T00:00Z", "ends_at": "2030-01-01T01:00Z"}
    note = f"{CANARY} note"
    return Callback.objects.create(
        ticket=secret, contact_id=secret.contact_id, phone="+4930901820", note=note, **window
    )


def _unhappy(secret: Ticket) -> None:
    asked = SurveyRequest.objects.create(ticket=secret, state="answered", contact_id=secret.contact_id)
    rating = Rating.objects.create(request=asked, ticket=secret, score=1, comment=f"{CANARY} comment")
    Recovery.objects.create(rating=rating, ticket=secret, due_at="2030-01-01T00:00Z")


def _held_back(cast: Cast) -> InboundDelivery:
    return InboundDelivery.objects.create(
        inbox=cast.legal_mail, external_id="held", raw=f"{CANARY} raw".encode(), state="suspended", held_for="spam",
        sender=f"{CANARY}@evil.example", subject=f"{CANARY} subject", reason=f"{CANARY} reason",
    )  # fmt: skip


def _address(name: str, world: World) -> str:
    wanted = next(args for known, args in _routes() if known == name)
    return reverse(name, kwargs={arg: world.args.get(arg, 1) for arg in wanted})


def _signed_in(agent: Agent | None) -> Client:
    client = Client(raise_request_exception=True)
    if agent is not None:
        client.force_login(agent)
    return client


def _answers(client: Client, address: str) -> Iterator[tuple[str, int, bytes]]:
    for method in ("GET", "POST"):
        response = client.generic(method, address, data="", content_type="application/x-www-form-urlencoded")
        streamed = getattr(response, "streaming_content", None)
        body = b"".join(streamed) if streamed is not None else response.content
        yield method, response.status_code, body


def test_every_address_is_classified() -> None:
    unknown = sorted({name for name, _ in _routes() if _class_of(name) is None})
    assert unknown == [], "Give these addresses a class in tests/security/test_routes.py"


@pytest.mark.parametrize("name", _named(SIGNED_IN) + _named(OBJECT) + _named(MANAGERS) + _named(ADMINS))
def test_stranger_is_sent_to_the_door(world: World, name: str) -> None:
    for method, status, body in _answers(_signed_in(None), _address(name, world)):
        assert status in (302, 401, 405), (method, status)
        assert CANARY.encode() not in body


@pytest.mark.parametrize("name", _named(OBJECT))
def test_outsider_cannot_tell_the_private_ticket_from_nothing(world: World, name: str) -> None:
    for who in OUTSIDERS:
        for method, status, body in _answers(_signed_in(getattr(world.cast, who)), _address(name, world)):
            assert status in (404, 405), (who, method, status)
            assert CANARY.encode() not in body


@pytest.mark.parametrize("name", _named(OBJECT))
def test_insider_is_let_in(world: World, name: str) -> None:
    once = name.startswith(("workspace:problem-", "workspace:held-"))  # the first insider settles it
    for who in INSIDERS[:1] if once else INSIDERS:
        statuses = {status for _, status, _ in _answers(_signed_in(getattr(world.cast, who)), _address(name, world))}
        assert statuses - {404, 405}, (who, statuses)
        assert not {status for status in statuses if status >= 500}


@pytest.mark.parametrize("name", _named(SIGNED_IN))
def test_outsider_gets_no_byte_of_the_private_ticket(world: World, name: str) -> None:
    address = _address(name, world)
    for who in OUTSIDERS:
        for suffix in ("", f"?q={CANARY[1:]}", "?view=all&state=any", "?since=0", f"?ids={world.args['number']}"):
            for method, status, body in _answers(_signed_in(getattr(world.cast, who)), address + suffix):
                assert status < 500, (who, method, status)
                assert CANARY.encode() not in body, (who, method, suffix)


@pytest.mark.parametrize("name", _named(MANAGERS) + _named(ADMINS))
def test_only_managers_run_the_desk(world: World, name: str) -> None:
    allowed = ("mona", "ada") if _class_of(name) == MANAGERS else ("ada",)
    for who in {"lia", "ana", "cleo", "mona"} - set(allowed):
        for method, status, body in _answers(_signed_in(getattr(world.cast, who)), _address(name, world)):
            assert status in (403, 404, 405), (who, method, status)
            assert CANARY.encode() not in body
    for who in allowed:
        statuses = {status for _, status, _ in _answers(_signed_in(getattr(world.cast, who)), _address(name, world))}
        assert 403 not in statuses, (who, statuses)
        assert not {status for status in statuses if status >= 500}


@pytest.mark.parametrize("name", _named(TOKEN))
def test_session_opens_no_door_of_the_api(world: World, name: str) -> None:
    if name in ("api:schema", "api:^(?P<rest>.*)$"):
        return
    for _, status, body in _answers(_signed_in(world.cast.ada), _address(name, world)):
        assert status in (401, 405)
        assert CANARY.encode() not in body
