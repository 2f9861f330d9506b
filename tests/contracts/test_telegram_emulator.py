"""Telegram against a Bot API that others wrote: connecting, updates with the secret, replies, pictures both ways."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import socket
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from channels_in.models import InboundDelivery
from channels_in.services.deliver import deliver
from tests.cast import Cast
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.doors import handle_all
from tests.fakes.bot_api import TOKEN
from tests.waiting import poll_until
from tickets.models import Attachment, Inbox, Message
from tickets.selectors.outgoing import content_of
from tickets.services.files import upload
from tickets.services.messages import reply

pytestmark = pytest.mark.django_db(transaction=True)


class Emulator:
    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def is_up(self) -> bool:
        with closing(socket()) as probe:
            return probe.connect_ex(("127.0.0.1", int(self.base.rpartition(":")[2]))) == 0

    def inject(self, body: bytes) -> None:
        """A customer's update; the emulator delivers it to the webhook before it answers."""
        update = json.loads(body)
        del update["update_id"]
        request = Request(f"{self.base}/__fixture/updates", json.dumps({"token": TOKEN, "update": update}).encode())
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=30) as answer:
            assert answer.status == 200


@pytest.fixture
def emulator(settings: Settings) -> Iterator[Emulator]:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.OUTGOING_HTTP_ALLOWED = [f"127.0.0.1:{port}"]
    program = Path(sys.executable).with_name("lo-bot-api-emulator")
    options = ["--port", str(port), "--enable-control", "--allow-insecure-loopback-webhooks"]
    with subprocess.Popen([str(program), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            running = Emulator(port)
            poll_until(running.is_up, 20)
            yield running
        finally:
            process.kill()


def test_bot_is_connected_and_a_conversation_with_pictures_goes_both_ways(
    cast: Cast, emulator: Emulator, live_server: LiveServer
) -> None:
    bot = Inbox.objects.create(
        kind="telegram", name="Bot", config={"api_base": emulator.base}, secrets={"token": TOKEN}
    )
    call_command("connect_telegram", "--inbox", str(bot.pk), "--url", live_server.url)

    emulator.inject(rosa.text(41, "Hinge broke"))
    handle_all()
    received = Message.objects.get()
    assert received.text == "Hinge broke"

    picture = upload(b"\x89PNG picture", name="a.png", content_type="image/png", agent=cast.ana)
    answer = reply(received.ticket, text="Like this one?", attachments=[picture.pk], actor=cast.ana.as_actor())
    deliver([answer.pk])
    answer.refresh_from_db()
    assert (answer.delivery, answer.failure) == ("sent", "")

    emulator.inject(rosa.photo(44, file_id="fixture-photo-2", caption="yes"))
    handle_all()
    row = InboundDelivery.objects.latest("id")
    assert (row.outcome, row.error) == ("appended", "")
    assert row.message_id is not None
    photo = Attachment.objects.get(message_id=row.message_id)
    assert content_of(photo) == b"\x89PNG picture"
