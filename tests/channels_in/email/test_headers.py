"""Heads as they really come: folded, encoded, broken, endless."""

import pytest

from channels_in.email.parse import parse
from tests.channels_in.email.samples import mail, parsed, with_crlf


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?Rosa_L=C3=B8nd?=", "Rosa Lønd"),
        ("=?UTF-8?B?UsO8Y2tmcmFnZQ==?=", "Rückfrage"),
        ("=?utf-8?b?UsO8Y2tmcmFnZQ?=", "Rückfrage"),
        ("=?utf-8?q?one?= =?utf-8?q?two?=", "onetwo"),
        ("=?utf-8?q?one?=\n =?utf-8?q?two?=", "onetwo"),
        ("=?utf-8?q?split_=C3?= =?utf-8?q?=A9?=", "split é"),
        ("Re:=?utf-8?q?glued?=text", "Re:gluedtext"),
        ("=?utf-8?q?with space inside?=", "with space inside"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?gb2312?B?1tDOxA==?=", "中文"),
        ("=?windows-874?Q?=A1?=", "ก"),
        ("=?utf-8*en?q?language?=", "language"),
        ("=?no-such-charset?q?caf=E9_au_lait?=", "café au lait"),
        ("=?utf-8?q?never closed", "=?utf-8?q?never closed"),
        ("folded\n\tsubject  line", "folded subject line"),
        ("tab\x00nul\x1bescape", "tabnulescape"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
    ],
)
def test_a_subject_is_read_as_people_meant_it(written: str, read: str) -> None:
    assert parsed(subject=written).subject == read


def test_raw_eight_bit_headers_are_read_in_the_charset_that_fits() -> None:
    assert parse(b"From: a@b.c\nSubject: Gr\xfc\xdfe aus K\xf6ln\n\nx").subject == "Grüße aus Köln"
    assert parse("From: a@b.c\nSubject: Grüße\n\nx".encode()).subject == "Grüße"
    raw = b"From: a@b.c\nSubject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251\n\nx"
    assert parse(raw).subject == "Привет"


def test_crlf_lf_and_cr_line_ends_read_the_same() -> None:
    lf = mail("Hello\nthere")
    for raw in (lf, lf.replace(b"\n", b"\r\n"), lf.replace(b"\n", b"\r\r\n"), lf.replace(b"\n", b"\r")):
        read = parse(raw)
        assert (read.subject, read.sender.address, read.text) == ("Broken hinge", "rosa@example.net", "Hello\nthere")


def test_damage_inside_the_head_costs_one_line() -> None:
    read = parse(b"From: a@b.c\nthis is no header\nSubject: kept\n\nbody")
    assert (read.subject, read.text) == ("kept", "body")
    assert "stray_line_in_headers" in read.problems


def test_a_missing_blank_line_starts_the_body() -> None:
    read = parse(b"From: a@b.c\nSubject: s\nDear all, this is the body\nsecond line")
    assert read.text == "Dear all, this is the body\nsecond line"


def test_an_mbox_line_and_leading_blank_lines_are_skipped() -> None:
    assert parse(b"\n\nFrom rosa@example.net Sat Nov 21\nFrom: a@b.c\nSubject: s\n\nx").subject == "s"


def test_empty_and_repeated_headers_yield_the_first_filled_one() -> None:
    assert parse(b"Subject: \nSubject: real\nSubject: late\nFrom: a@b.c\n\nx").subject == "real"


def test_two_from_headers_are_counted() -> None:
    assert parse(b"From: a@b.c\nFrom: evil@x.y\n\nx").from_count == 2


def test_thousands_of_headers_and_huge_ones_are_cut_and_named() -> None:
    read = parse(b"From: a@b.c\n" + b"X-A: 1\n" * 5_000 + b"Subject: lost\n\nx")
    assert "too_many_headers" in read.problems
    assert read.text == "x"
    read = parse(b"From: a@b.c\nSubject: " + b"a " * 100_000 + b"\n\nx")
    assert "header_too_long" in read.problems
    assert len(read.subject) <= 500


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("Sat, 21 Nov 2026 22:10:01 GMT+0100", "2026-11-21T21:10:01+00:00"),
        ("Sat, 21 Nov 2026 22:10:01 CET", "2026-11-21T21:10:01+00:00"),
        ("Thu, 1 Jan 1970 00:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", None),
        ("Sat, 21 Nov 2026 22:10:01 +0100", "2026-11-21T21:10:01+00:00"),
        ("21 Nov 2026 22:10:01 GMT (comment)", "2026-11-21T22:10:01+00:00"),
        ("2026-11-21 22:10:01+01:00", "2026-11-21T21:10:01+00:00"),
        ("Sat, 21 Nov 26 22:10 -0000", "2026-11-21T22:10:00+00:00"),
        ("yesterday", None),
        ("Sat, 99 Nov 2026 22:10:01 +9999", None),
        ("", None),
    ],
)
def test_dates_are_read_or_left_out(value: str, iso: str | None) -> None:
    date = parsed(date=value).date
    assert (date.isoformat() if date else None) == iso


def test_a_missing_message_id_is_made_from_the_content_whatever_the_line_ends() -> None:
    one, two = mail(message_id=""), with_crlf(mail(message_id=""))
    assert parse(one).message_id == parse(two).message_id
    assert parse(one).message_id.endswith("@generated")
    assert parse(mail("other", message_id="")).message_id != parse(one).message_id


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("<a@b>", "a@b"),
        ("[<a@b>]", "a@b"),
        ("a@b", "a@b"),
        ("<a@\n b>", "a@b"),
        ("<no-at-sign>", "no-at-sign"),
        ("<a@b> (comment)", "a@b"),
        ("odd", "odd"),
    ],
)
def test_message_ids_lose_their_brackets(value: str, read: str) -> None:
    assert parsed(message_id=value).message_id == read


def test_references_keep_the_first_and_the_newest() -> None:
    read = parsed(references=" ".join(f"<{n}@x>" for n in range(500)), in_reply_to="<499@x> <extra@x>")
    assert read.in_reply_to == "499@x"
    assert read.references[:2] == ("extra@x", "0@x")
    assert read.references[-1] == "499@x"
    assert len(read.references) <= 101
