"""The promise of the parser: any bytes give a mail, in bounded time, that can be stored and printed."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_in.email.parse import as_json, parse
from tests.channels_in.email.samples import mail, multipart

KEYS = [
    "from", "from_name", "to", "cc", "reply_to", "subject", "date", "message_id", "in_reply_to", "references", "text",
    "html", "reply_text", "attachments", "is_auto_reply", "is_bounce", "bounces", "is_feedback_report", "is_list",
    "problems",
]  # fmt: skip
KIND, BODY = multipart(
    "mixed",
    "Content-Type: text/plain; charset=utf-8; format=flowed\n\nHëllo \nworld\n\nOn 1 Jan, B <b@c.d> wrote:\n> x",
    "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p style=3D'color:red'>x</p>",
    "Content-Type: image/png; name*0*=utf-8''a%20; name*1=b\nContent-Transfer-Encoding: base64\n\nAAAA",
    "Content-Type: message/rfc822\n\nSubject: inner\n\ninner",
)
WHOLE = mail(BODY, content_type=KIND, cc='"A, B" <a@b.c>, Group: d@e.f;', references="<a@b> <c@d>")
TOKENS = st.sampled_from(
    [b"\n", b"\r\n", b"\r", b":", b"--B", b"--B--", b"=?utf-8?q?", b"?=", b"\x00", b"\xff", b"\"", b"<", b">", b";",
     b"Content-Type: ", b"multipart/mixed; boundary=B", b"Subject:", b"From:", b"Date: ", b"text/html; charset=",
     b"base64", b"Content-Transfer-Encoding: ", b"message/delivery-status", b"Content-ID: <", b"utf-7", b"idna"]
)  # fmt: skip


def check(raw: bytes) -> None:
    shown = as_json(parse(raw))
    assert list(shown) == KEYS
    printed = json.dumps(shown, ensure_ascii=False)
    printed.encode("utf-8")
    assert "\\u0000" not in printed
    assert shown["message_id"]
    assert "unreadable_body" not in shown["problems"]
    assert "reply_not_found" not in shown["problems"]
    assert "unclassified" not in shown["problems"]


@settings(max_examples=150)
@given(st.lists(st.one_of(TOKENS, st.binary(max_size=12)), max_size=40).map(b"".join))
def test_any_bytes_become_a_mail(raw: bytes) -> None:
    check(raw)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 30), st.binary(max_size=6) | TOKENS), max_size=6))
def test_a_mail_with_holes_and_noise_is_still_a_mail(changes: list[tuple[int, int, bytes]]) -> None:
    raw = WHOLE
    for position, cut, noise in changes:
        raw = raw[:position] + noise + raw[position + cut :]
    check(raw)


def test_the_whole_mail_is_read_in_its_normal_form() -> None:
    shown = as_json(parse(WHOLE))
    assert list(shown) == KEYS
    assert shown["from"] == "rosa@example.net"
    assert shown["cc"] == ["a@b.c", "d@e.f"]
    assert shown["reply_text"].startswith("Hëllo world")
    assert [item["name"] for item in shown["attachments"]] == ["a b", "inner.eml"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\x00" * 100_000,
        b"a" * 3_000_000,
        b"a:\n" * 300_000,
        b" \n" * 300_000,
        b"\r" * 300_000,
        b"Content-Type: multipart/mixed; boundary=-\n\n" + b"---\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n" * 20_000,
        b"Content-Type: text/html\n\n" + b"<a href=" * 100_000,
        b"Content-Type: text/html\n\n" + b"<" * 300_000,
        b"Content-Type: text/html\n\n" + b"<img src=data:image/png;base64," * 30_000,
        b'Content-Type: text/html\n\n<img src="data:image/png;base64,' + b"A" * 900_000,
        b"Content-Type: text/plain; " + b"a*0*=b;" * 8_000 + b"\n\nx",
        b"Content-Type: text/plain; format=flowed\n\n" + b"> \n" * 100_000,
        b"To: " + b"a@b.c, " * 9_000 + b"\n\nx",
        b"References: " + b"<a@b> " * 10_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?x?= " * 4_500 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?" * 6_000 + b"\n\nx",
        b"Subject: \n" + b" =?\n" * 100_000 + b"\nx",
        b"From: mailer-daemon@x.y\nSubject: failure notice\n\n" + b"<a@b.c>:\n" * 30_000,
        b"From: mailer-daemon@x.y\nSubject: failure notice\n\n" + b" " * 300_000,
        b"From: mailer-daemon@x.y\nSubject: failure notice\n\n" + b"a" * 300_000,
        b"Content-Transfer-Encoding: base64\n\n" + b"=" * 500_000,
        b"Content-Transfer-Encoding: x-uuencode\n\n" + b"M\n" * 100_000,
        b"Content-Type: message/delivery-status\n\n" + b"Final-Recipient: rfc822; a@b.c\n\n" * 50_000,
        b"\n" + b"On 1\n" * 100_000,
        b"\n" + b"On 1 Jan 10:00, A <a@b.c> wrote:\n" * 15_000 + b"> x",
        b"\n" + ("\u00e9" * 200_000).encode("latin-1"),
    ],
)
def test_a_bomb_is_disarmed_in_a_second(raw: bytes) -> None:
    started = time.process_time()
    check(raw)
    assert time.process_time() - started < 2
