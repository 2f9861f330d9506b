"""`import_mail`: the past comes in with its dates and threads, once, and nobody is disturbed by it."""

from __future__ import annotations

import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from channels_in.email.importing.archive import places
from channels_in.email.importing.importer import import_mails
from channels_in.models import InboundDelivery
from notifications.models import Notification
from sla.models import Clock
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail
from tests.faults.crashing import all_points, dies_at
from tickets.models import Inbox, Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = mail("Where is it?\n", message_id="<q@example.net>", date="Mon, 03 Feb 2020 10:00:00 +0000")
AGAIN = mail(
    "Any news?\n", message_id="<a@example.net>", in_reply_to="<q@example.net>", date="Tue, 05 May 2020 10:00:00 +0000"
)
OTHER = mail(
    "Hello\nFrom here on it is quoted\n", message_id="<o@example.net>", date="Wed, 06 May 2020 10:00:00 +0000",
    subject="[#1] of another system", **{"from": "Ben <ben@example.org>"},
)  # fmt: skip


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    """The answer stands before its question, as in archives that were sorted otherwise."""
    path = tmp_path / "old.mbox"
    box = mailbox.mbox(path)
    for raw in (AGAIN, OTHER, QUESTION):
        box.add(mailbox.mboxMessage(raw))
    box.close()
    return path


def run(path: Path, **options: str) -> str:
    out = StringIO()
    call_command("import_mail", str(path), inbox=ADDRESS, stdout=out, **options)
    return out.getvalue()


def test_dates_and_threads_are_kept_and_nobody_is_disturbed(inbox: Inbox, mbox: Path) -> None:
    told = run(mbox)
    assert "3 of 3 (100%" in told
    thread = Ticket.objects.get(message_count=2)
    texts = Message.objects.filter(ticket=thread).order_by("seq").values_list("text", flat=True)
    assert [text.strip() for text in texts] == ["Where is it?", "Any news?"]
    assert thread.created_at == datetime(2020, 2, 3, 10, tzinfo=UTC)
    assert thread.last_message_at == thread.closed_at == datetime(2020, 5, 5, 10, tzinfo=UTC)
    assert set(Ticket.objects.values_list("status", "waiting_since")) == {("closed", None)}
    assert not Clock.objects.exists()
    assert not Notification.objects.exists()
    assert not Message.objects.exclude(direction="in").exists()
    assert set(TicketEvent.objects.values_list("at__year", flat=True)) == {2020}


def test_what_mbox_had_to_quote_is_as_it_was(inbox: Inbox, mbox: Path) -> None:
    run(mbox)
    assert "\nFrom here on" in Message.objects.get(external_id="o@example.net").text


def test_a_second_run_changes_nothing(inbox: Inbox, mbox: Path) -> None:
    run(mbox)
    assert "3 already here" in run(mbox)
    assert (Ticket.objects.count(), Message.objects.count()) == (2, 3)


def test_tickets_may_be_left_open(inbox: Inbox, mbox: Path) -> None:
    run(mbox, status="open")
    assert set(Ticket.objects.values_list("status", "closed_at")) == {("open", None)}
    assert not Clock.objects.exists()


def test_a_maildir_and_a_folder_of_eml_files_are_read(inbox: Inbox, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "Mail")
    box.add(QUESTION)
    box.add_folder("Old").add(AGAIN)
    (tmp_path / "Mail" / "tmp" / "half").write_bytes(OTHER)
    (tmp_path / "Mail" / "other.eml").write_bytes(OTHER)
    assert "3 of 3" in run(tmp_path / "Mail")


@pytest.mark.parametrize("content", [b"", b"no mail at all\n", b"x\nFrom a@b.c Mon\n\nhi\n"])
def test_a_file_that_is_no_archive_is_refused(inbox: Inbox, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(CommandError, match="mbox"):
        run(tmp_path / "file")


def test_a_mail_nobody_wrote_and_one_that_is_too_large_hold_up_nothing(
    inbox: Inbox, tmp_path: Path, settings: Settings
) -> None:
    settings.MAX_MAIL_BYTES = 5_000
    for name, raw in {"a": b"\n\n", "b": mail("x" * 9_000), "c": QUESTION}.items():
        (tmp_path / f"{name}.eml").write_bytes(raw)
    told = run(tmp_path)
    assert "1 too large" in told
    assert Message.objects.count() == 1


@pytest.mark.parametrize("point", sorted(name for name in all_points() if name.startswith("import.")))
def test_an_import_that_was_killed_is_finished_by_the_next(inbox: Inbox, mbox: Path, point: str) -> None:
    def work() -> None:
        list(import_mails(places(mbox), inbox, status="closed"))

    assert dies_at(f"{point}:2", work)
    work()
    assert InboundDelivery.objects.exclude(state="done").count() == 0
    assert (Ticket.objects.count(), Message.objects.count()) == (2, 3)


def test_twenty_thousand_mails_are_listed_with_little_memory(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["Date"] = "Mon, 03 Feb 2020 10:00:00 +0000"
    letter.set_content("word " * 200)
    raw = letter.as_bytes()
    path = tmp_path / "large.mbox"
    with path.open("wb") as file:
        for _ in range(20_000):
            file.write(b"From a@b.c Mon Feb  3 10:00:00 2020\n" + raw + b"\n")
    assert len(places(path)) == 20_000
