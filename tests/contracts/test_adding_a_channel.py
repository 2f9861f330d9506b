"""Follows docs/adding-a-channel.md: a made-up kind works from the hook to the reply with a class and a line."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from django.test import Client

from channels_in import registry
from channels_in.base import Adapter, Headers, ParsedEvent, Progress, RawDelivery, Sent, Verdict
from channels_in.services.deliver import deliver
from tests.cast import Cast
from tests.channels_in.doors import handle_all
from tickets.capabilities import Capabilities
from tickets.inbound import Clues, Inbound, Sender
from tickets.models import Inbox, Message
from tickets.services.messages import reply

pytestmark = pytest.mark.django_db

FLOWN: list[str] = []


class PigeonAdapter(Adapter):
    kind = "carrier_pigeon"
    capabilities = Capabilities(label="Carrier pigeon", icon="bird", max_text=140)
    has_webhook = True

    def verify(self, inbox: Inbox, headers: Headers, body: bytes) -> Verdict:
        return Verdict.GENUINE if headers.get("x-ring") == inbox.secrets.get("ring") else Verdict.FORGED

    def parse(self, delivery: RawDelivery) -> Sequence[ParsedEvent]:
        letter = json.loads(delivery.raw)
        sender = Sender(kind=self.kind, value=letter["loft"], verified_how="provider")
        clues = Clues(thread_key=letter["loft"])
        return [Inbound(external_id=letter["id"], sender=sender, text=letter["words"], clues=clues)]

    def send(self, inbox: Inbox, message: Message, progress: Progress) -> Sent:
        FLOWN.append(message.text)
        return Sent(external_id=f"flight-{message.pk}")


def test_new_kind_needs_a_class_and_a_line(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.ADAPTERS, "carrier_pigeon", f"{__name__}.PigeonAdapter")
    inbox = Inbox.objects.create(kind="carrier_pigeon", name="Loft", secrets={"ring": "r1"})
    letter = json.dumps({"id": "1", "loft": "north", "words": "Send corn"})
    answer = Client().post(f"/hooks/{inbox.token}/", letter, content_type="application/json", headers={"X-Ring": "r1"})
    assert answer.status_code == 200
    handle_all()
    message = Message.objects.get()
    assert (message.text, message.channel) == ("Send corn", "carrier_pigeon")
    deliver([reply(message.ticket, text="Corn is coming.", actor=cast.ana.as_actor()).pk])
    assert FLOWN == ["Corn is coming."]
