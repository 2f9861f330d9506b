"""Two desks that answer everybody by themselves, wired to each other by real SMTP, fall silent after three mails."""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from asyncio import to_thread
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg2
import pytest
import time_machine
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings as django_settings
from django.db import connection, connections
from pytest_django import Settings

from channels_in.email.smtp import DoorServer
from core.clock import now
from people.services.contacts import identify
from tests.channels_in.email.conftest import serving
from tests.channels_in.email.second_desk import make_robot, work
from tests.desk import an_agent
from tests.stack import database_url_of_tests
from tickets.models import Inbox, Message
from tickets.services.messages import reply
from tickets.services.opening import open_ticket

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
OURS, THEIRS = "help@first.example", "help@second.example"
DAYS = 10
# What a careless relay loses on the way; without them a robot's mail looks like a person's.
SIGNS = (b"auto-submitted", b"precedence", b"x-auto-response-suppress", b"x-desk-loop", b"reply-to")
THREAD = (b"in-reply-to", b"references", b"subject", b"thread-topic", b"thread-index")


@dataclass
class Wire:
    """The mail network between the desks: passes everything on, loses the headers that it was told to lose."""

    loses: tuple[bytes, ...]
    doors: dict[str, int] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = self._without(envelope.original_content or b"")
        self.mails.append(raw)
        domain = envelope.rcpt_tos[0].rpartition("@")[2]

        def pass_on() -> None:
            with smtplib.SMTP("127.0.0.1", self.doors[domain], timeout=30) as door:
                door.sendmail(envelope.mail_from or "", envelope.rcpt_tos, raw)

        await to_thread(pass_on)
        return "250 OK"

    def _without(self, raw: bytes) -> bytes:
        head, gap, body = raw.partition(b"\r\n\r\n")
        lines: list[bytes] = []
        is_kept = True
        for line in head.split(b"\r\n"):
            if not line[:1].isspace():
                is_kept = line.partition(b":")[0].lower() not in self.loses
            if is_kept:
                lines.append(line)
        return b"\r\n".join(lines) + gap + body


@dataclass
class Desk:
    """The second desk, in its own process."""

    process: subprocess.Popen[str]
    port: int

    def work(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{now().isoformat()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the second desk has died"
        return int(answer)


@contextmanager
def second_database() -> Iterator[str]:
    """A copy of the test's empty database."""
    own = connection.settings_dict
    name = f"{own['NAME']}_second"
    connections.close_all()
    params = {**connection.get_connection_params(), "dbname": "postgres"}
    params.pop("cursor_factory", None)
    admin = psycopg2.connect(**params)
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own["NAME"]}"')
    try:
        yield database_url_of_tests().removesuffix(own["NAME"]) + name
    finally:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.close()


@contextmanager
def second_desk(wire_port: int) -> Iterator[Desk]:
    with second_database() as url:
        environment = {
            **os.environ,
            "HELPDESK_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
            "DATABASE_URL": url,
            "SECRET_KEY": "the-key-of-another-desk-that-signs-with-it",
            "EMAIL_URL": f"smtp://127.0.0.1:{wire_port}",
        }
        start = "import django; django.setup(); from tests.channels_in.email.second_desk import main; main()"
        command = [sys.executable, "-c", start, THEIRS]
        with subprocess.Popen(
            command,
            env=environment,
            cwd=django_settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            yield Desk(process, int(process.stdout.readline()))
            process.kill()


def write_first(inbox: Inbox) -> None:
    """An agent of ours writes to the other desk, as to any customer."""
    agent = an_agent()
    identity = identify(kind="email", value=THEIRS)
    ticket = open_ticket(inbox=inbox, identity=identity, subject="A question", actor=agent.as_actor())
    reply(ticket, text="When do you open?", actor=agent.as_actor())


@pytest.mark.parametrize(
    ("loses", "least"),
    [((), 1), ((*SIGNS, *THREAD), 2)],
    ids=["honest wire", "nothing left"],
)
def test_two_robots_fall_silent_after_three_mails(
    door: DoorServer, settings: Settings, loses: tuple[bytes, ...], least: int
) -> None:
    wire = Wire(loses)
    with serving(wire, max_bytes=1_000_000) as server, second_desk(server.port) as theirs:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = ""
        wire.doors = {"first.example": door.port, "second.example": theirs.port}
        inbox = make_robot(OURS)
        with time_machine.travel(now(), tick=True) as clock:
            write_first(inbox)
            for _ in range(DAYS * 2):
                until_quiet(wire, theirs)
                clock.shift(timedelta(hours=12))
    assert least <= len(wire.mails) <= 3
    assert Message.objects.filter(is_automatic=True, direction="out").count() <= 1


def until_quiet(wire: Wire, theirs: Desk) -> None:
    for _ in range(20):
        before = len(wire.mails)
        work()
        theirs.work()
        if len(wire.mails) == before:
            return
    pytest.fail("They never stop.")
