"""One stranger cannot take what all others need: threads, the disk, the processor."""

from __future__ import annotations

import time
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection

from channels_in.email.parse import parse
from core.html import sanitize
from core.limits import Limit
from helpdesk import patience
from portal import limits
from tests.cast import Cast
from tests.portal.conftest import Browser
from tickets.models import Attachment

pytestmark = pytest.mark.django_db
SIZE = 100_000
# Repeated until they fill 100 kB: what made pattern matchers and tree builders of mail programs stand still.
BRICKS = (
    "<", ">", '"', " ", "\n", "> ", "<img ", "<div>", "<b><i>", "<table><tr><td>", "<!--", "&#x", "<a href=x>", "id=",
    "<svg>", "<font color=x><p>", "On ", "On Mon, 1 Jan 2026 at 10:00, x wrote\n", "-- \n", "From: x\n", "(", "(a)",
    "http://a.", "@a", "{{ ", "=?", "=?utf-8?q?", ",", ";", "a;a=", "<x@", "\\",
)  # fmt: skip
HEADERS = ("From", "To", "Subject", "Message-ID", "References", "Content-Type", "Date", "Authentication-Results")


@pytest.mark.parametrize("brick", BRICKS)
def test_hostile_mail_is_read_in_a_second(brick: str) -> None:
    wall = brick * (SIZE // len(brick))
    one_line = wall.replace("\n", " ")
    mails = [f"From: a@b.example\n\n{wall}", f"From: a@b.example\nContent-Type: text/html\n\n{wall}"]
    mails += [f"From: a@b.example\n{name}: {one_line}\n\nx" for name in HEADERS]
    for mail in mails:
        began = time.process_time()
        parse(mail.encode())
        assert time.process_time() - began < 1.5, mail[:60]


@pytest.mark.parametrize(("opening", "closing"), [*product(("<div>", "<b>", "<table><tr><td>"), ("", "</table>"))])
def test_nested_html_is_cleaned_in_a_second(opening: str, closing: str) -> None:
    began = time.process_time()
    sanitize(opening * (SIZE // len(opening)) + closing * 1000)
    assert time.process_time() - began < 1.5


def test_statement_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_SECONDS", 0.05)
    patience._limit(connection)  # what every new connection of a web process gets
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_visitor_cannot_fill_the_disk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BYTES_BY_ADDRESS", Limit(name="test-bytes", times=2500, seconds=3600))
    answers = []
    for _ in range(4):
        browser = Browser(cast.chat)
        browser.begin()
        answers.append(browser.says("see file", files=SimpleUploadedFile("a.bin", b"x" * 1000)).status_code)
    assert answers == [200, 200, 429, 429]
    assert Attachment.objects.count() == 2


def test_visitor_cannot_send_more_files_than_one_message_takes(cast: Cast) -> None:
    browser = Browser(cast.chat)
    browser.begin()
    files = [SimpleUploadedFile(f"{n}.bin", b"x") for n in range(40)]
    assert browser.says("many", files=files).status_code == 413
    assert Attachment.objects.count() == 0
