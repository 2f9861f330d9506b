"""`kill -9` at every commit and every external call of the way in and out: nothing is lost, nothing is doubled, and
what may have arrived is flagged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from channels_in.email.door import Mail, take_in
from channels_in.models import InboundDelivery, PendingConnection
from channels_in.services import connecting
from channels_in.services.deliver import deliver
from channels_in.services.process import process
from core.clock import now
from people.models import Agent
from tests.channels_in import telegram_updates as rosa
from tests.channels_in.conftest import WEBHOOK_SECRET
from tests.channels_in.conftest import bot_api as bot_api
from tests.channels_in.doors import handle_all, knock
from tests.channels_in.email.conftest import ADDRESS, FakeServer
from tests.channels_in.email.conftest import relay as relay
from tests.channels_in.email.samples import mail, multipart, with_crlf
from tests.desk import an_agent
from tests.fakes.bot_api import TOKEN, BotApi
from tests.faults.crashing import all_points, dies_at, unnamed_points
from tests.stack import database_url_of_tests
from tests.waiting import poll_until
from tickets.models import Attachment, Delivery, Inbox, Message, Ticket, TicketEvent
from tickets.services.messages import reply

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

IN = ("accept", "process")
OUT = ("deliver", "smtp")
REFUSED = {"deliver.refused_for_now": "450 4.2.1 Later", "deliver.refused_for_good": "554 5.7.1 No"}
# first part of a name -> the test module that kills there
TESTED_ELSEWHERE = {
    "fetch": "tests/channels_in/email/test_fetch_crashes.py",
    "import": "tests/channels_in/email/test_import_mail.py",
    "dispatch": "tests/routing/test_dispatching.py",
}
CONNECT = ("connect",)
KIND, CONTENT = multipart(
    "mixed",
    "Content-Type: text/plain\n\nWhere is my refund?",
    'Content-Type: text/plain; name="bill.txt"\nContent-Disposition: attachment; filename="bill.txt"\n\n12.50',
)
RAW = with_crlf(mail(CONTENT, content_type=KIND))
POINTS = sorted(all_points())


def points_of(*parts: str) -> list[str]:
    return [name for name in POINTS if name.partition(".")[0] in parts]


@pytest.fixture
def inbox(transactional_db: None) -> Inbox:
    return Inbox.objects.create(kind="email", name="Support", address=ADDRESS)


@pytest.fixture
def agent(transactional_db: None) -> Agent:
    return an_agent()


def test_every_place_is_killed_by_some_test() -> None:
    """A place that nobody tries would be a promise that nobody keeps."""
    assert not unnamed_points()
    unknown = [
        name for name in POINTS if name.partition(".")[0] not in (*IN, *OUT, *CONNECT, "http", *TESTED_ELSEWHERE)
    ]
    assert not unknown, f"Say which test kills the process at {unknown}"
    for module in {TESTED_ELSEWHERE.get(name.partition(".")[0]) for name in POINTS} - {None}:
        assert (settings.BASE_DIR / str(module)).exists()


@pytest.mark.parametrize("point", points_of(*IN))
def test_a_mail_survives_the_death_of_whoever_takes_it_in(inbox: Inbox, point: str) -> None:
    def arrive() -> None:
        accepted = take_in(inbox, Mail(raw=RAW, mail_from="rosa@example.net", rcpt_to=ADDRESS), is_enqueued=False)
        process([accepted.delivery_id])

    assert dies_at(point, arrive)
    # The sender did not hear OK, or may not have: it sends the same mail once more.
    accepted = take_in(inbox, Mail(raw=RAW, mail_from="rosa@example.net", rcpt_to=ADDRESS), is_enqueued=False)
    end_leases()
    process([accepted.delivery_id])
    ticket = Ticket.objects.get()
    assert Message.objects.get().external_id == "m1@example.net"
    assert Attachment.objects.get().name == "bill.txt"
    assert bytes(InboundDelivery.objects.get().raw) == RAW
    assert InboundDelivery.objects.get().state == "done"
    seqs = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ticket.last_seq + 1))


@pytest.mark.parametrize("point", points_of(*OUT))
def test_an_answer_survives_the_death_of_its_sender_and_leaves_once(
    inbox: Inbox, relay: FakeServer, agent: Agent, point: str
) -> None:
    message = reply(ticket_by_mail(inbox), text="Here is how.", actor=agent.as_actor())
    relay.rcpt_answers["rosa@example.net"] = REFUSED.get(point, "250 OK")
    die_while_sending(point, message)
    relay.rcpt_answers.clear()
    told = send_the_rest(message)
    expected = 0 if told == Delivery.UNCERTAIN and not was_handed_over(point) else 1
    poll_until(lambda: len(relay.mails) >= expected)
    assert len(relay.mails) == expected
    assert told in (Delivery.SENT, Delivery.UNCERTAIN)
    if was_begun(point):
        # Nobody may repeat what could have arrived: a person decides, and is told so.
        assert told == Delivery.UNCERTAIN
        assert "may or may not have arrived" in message_now(message).failure
        assert message_now(message).external_id == external_id_of(relay) or not relay.mails
    else:
        assert told == Delivery.SENT


@pytest.mark.parametrize("point", [name for name in points_of("deliver", "http") if name not in REFUSED])
def test_an_answer_by_web_call_survives_and_leaves_once(
    transactional_db: None, bot_api: BotApi, agent: Agent, point: str
) -> None:
    bot = Inbox.objects.create(
        kind="telegram",
        name="Bot",
        config={"api_base": bot_api.base},
        secrets={"token": TOKEN, "webhook_secret": WEBHOOK_SECRET},
    )
    knock(bot, rosa.text(1, "Hello?", chat=5))
    handle_all()
    message = reply(Ticket.objects.get(), text="Here is how.", actor=agent.as_actor())
    die_while_sending(point, message)
    told = send_the_rest(message)
    assert len(bot_api.texts()) <= 1
    assert told == (Delivery.UNCERTAIN if was_begun(point) else Delivery.SENT)


@pytest.mark.parametrize("point", points_of(*CONNECT))
def test_a_connection_survives_the_death_of_its_worker(transactional_db: None, bot_api: BotApi, point: str) -> None:
    bot = Inbox.objects.create(kind="telegram", name="Bot", config={"api_base": bot_api.base}, secrets={"token": TOKEN})
    connecting.ask_to_connect(bot)
    assert dies_at(point, lambda: connecting.connect(bot.pk))
    PendingConnection.objects.update(due_at=now())
    (inbox_id,) = connecting.due_inbox_ids()
    connecting.connect(inbox_id)
    assert not PendingConnection.objects.exists()
    bot.refresh_from_db()
    assert (bot.is_active, bot.address) == (True, "@desk_bot")


def test_the_environment_names_the_place(inbox: Inbox) -> None:
    """Whole programs are killed so, by tests of the fetcher and by operators who rehearse."""
    command = [sys.executable, "manage.py", "receive_email", "--inbox", ADDRESS]
    environment = {**os.environ, "DATABASE_URL": database_url_of_tests(), "CRASHPOINT": "accept.after_commit"}
    run = subprocess.run(
        command, input=RAW, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False, timeout=180
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert InboundDelivery.objects.get().state == "new"


def ticket_by_mail(inbox: Inbox) -> Ticket:
    accepted = take_in(inbox, Mail(raw=RAW, mail_from="rosa@example.net", rcpt_to=ADDRESS), is_enqueued=False)
    process([accepted.delivery_id])
    return Ticket.objects.get()


def die_while_sending(point: str, message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(next_attempt_at=now())
    assert dies_at(point, lambda: deliver([message.pk]))


def send_the_rest(message: Message) -> Delivery:
    """What the sweeper does when the lease of the dead has ended, until nothing waits any more."""
    for _ in range(3):
        end_leases()
        deliver([message.pk])
    return Delivery(message_now(message).delivery)


def end_leases() -> None:
    InboundDelivery.objects.filter(state="new").update(due_at=now())
    Message.objects.filter(delivery__in=["queued", "sending", "retrying"]).update(next_attempt_at=now())


def message_now(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def was_begun(point: str) -> bool:
    """The attempt was on record and its end was not: from outside nobody can tell how far it came."""
    return point.startswith(("smtp.", "http.")) or point in (
        "deliver.after_beginning",
        "deliver.after_answer",
        "deliver.before_commit",
    )


def was_handed_over(point: str) -> bool:
    return point in ("smtp.after_content", "http.after_answer", "deliver.after_answer", "deliver.before_commit")


def external_id_of(relay: FakeServer) -> str:
    head = (relay.mails[-1].original_content or b"").partition(b"\r\n\r\n")[0].decode() if relay.mails else ""
    return next((line[13:-1] for line in head.splitlines() if line.startswith("Message-ID: <")), "")
