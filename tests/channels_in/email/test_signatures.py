"""Who vouches for a sender: the border's word or a fitting signature of the sender's own domain, and nothing else."""

from __future__ import annotations

import pytest

from channels_in.email.parse import parse
from channels_in.email.sender_auth import by_border, is_aligned
from channels_in.email.signatures import by_signature
from tests.channels_in.email.samples import mail
from tests.channels_in.email.signing import names, signed
from tests.fakes.names import NameServer

__all__ = ["names"]


def test_own_signature_of_the_sender_verifies(names: NameServer) -> None:
    check = by_signature(signed(mail(), "example.net"))
    assert (check.verdict, check.proof) == ("pass", "DKIM signature of example.net")


def test_key_is_asked_for_once(names: NameServer) -> None:
    raw = signed(mail(), "example.net")
    assert {by_signature(raw).verdict for _ in range(3)} == {"pass"}
    assert names.asked == ["s1._domainkey.example.net"]


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"Hello", b"Hellp"), (b"Broken hinge", b"Broken hinges"), (b"rosa@example.net", b"rasa@example.net")],
)
def test_changed_mail_is_not_verified(names: NameServer, before: bytes, after: bytes) -> None:
    raw = signed(mail(), "example.net")
    head, mark, rest = raw.partition(b"From:")
    check = by_signature(head + mark + rest.replace(before, after))
    assert check.verdict == "none"
    assert "unfit DKIM signature" in check.proof


def test_signature_of_somebody_else_vouches_for_nobody(names: NameServer) -> None:
    check = by_signature(signed(mail(), "evil.example.com"))
    assert (check.verdict, check.proof) == ("none", "Not signed by example.net")


def test_mail_that_anybody_could_add_to_is_not_verified(names: NameServer) -> None:
    assert by_signature(signed(mail(), "example.net", length=True)).verdict == "none"


def test_second_sender_above_a_signed_mail_is_not_verified(names: NameServer) -> None:
    raw = signed(mail(), "example.net")
    two = b"From: Boss <boss@example.net>\r\n" + raw
    assert by_signature(two).verdict == ""
    assert by_border(parse(two), {}).verdict == "fail"


def test_two_senders_in_one_line_are_not_verified(names: NameServer) -> None:
    raw = mail(**{"from": "Rosa <rosa@example.net>, Mallory <mallory@evil.example.com>"})
    assert by_signature(signed(raw, "example.net")).verdict == ""


def test_silent_name_server_costs_one_wait(names: NameServer) -> None:
    names.is_silent = True
    raw = signed(mail(), "example.net")
    proofs = [by_signature(raw).proof for _ in range(3)]
    assert proofs == ["The key of example.net could not be looked up"] * 3
    assert len(set(names.asked)) == 1


def test_unknown_key_proves_nothing(names: NameServer) -> None:
    names.records.clear()
    assert by_signature(signed(mail(), "example.net")).verdict == "none"


JUNK = b"v=1; a=rsa-sha256; b=!!; d=example.net; s=s1; h=from; bh=x"


@pytest.mark.parametrize("junk", [b"", b"v=1", b"a=b; d=example.net", b"\xff\xfe;;;=", JUNK])
def test_broken_signatures_are_read_without_a_fall(names: NameServer, junk: bytes) -> None:
    assert by_signature(b"DKIM-Signature: " + junk + b"\r\n" + mail()).verdict in ("", "none")


def test_unsigned_mail_asks_nobody(names: NameServer) -> None:
    assert by_signature(mail()).verdict == ""
    assert names.asked == []


BORDER = {"authserv_id": "mx.desk.example"}


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ("mx.desk.example; dmarc=pass header.from=example.net", "pass"),
        ("mx.desk.example; dmarc=fail (p=REJECT) header.from=example.net", "fail"),
        ("mx.desk.example 1; spf=pass smtp.mailfrom=rosa@example.net", "pass"),
        ("mx.desk.example; spf=pass smtp.mailfrom=bounce@mailer.example.com", "none"),
        ("mx.desk.example; dkim=pass header.d=mail.example.net; spf=none", "pass"),
        ("mx.desk.example; dkim=pass header.i=@evil.example.com header.from=example.net", "none"),
        ("mx.desk.example; dkim=fail header.d=example.net", "none"),
        ("mx.desk.example; x=y (dmarc=pass)", "none"),
        ("mx.evil.example; dmarc=pass header.from=example.net", ""),
        ("mx.desk.example.evil.example; dmarc=pass", ""),
        ("", ""),
    ],
)
def test_only_the_border_is_believed(results: str, verdict: str) -> None:
    assert by_border(parse(mail(authentication_results=results)), BORDER).verdict == verdict


def test_forged_words_below_the_border_count_for_nothing() -> None:
    raw = b"Authentication-Results: mx.evil.example; dmarc=pass\n" + mail(
        authentication_results="mx.desk.example; dmarc=pass"
    )
    assert by_border(parse(raw), BORDER).verdict == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("mail.example.com", "example.com", True),
        ("example.com", "news.example.com", True),
        ("co.uk", "example.co.uk", False),
        ("other.co.uk", "example.co.uk", False),
        ("com", "com", False),
        ("example.com.evil.example", "example.com", False),
        ("evil.uk.com", "bank.uk.com", False),
        ("mail.bank.uk.com", "bank.uk.com", True),
        ("xn--mller-kva.de", "müller.de", True),
        ("", "", False),
    ],
)
def test_domains_are_compared_by_their_organization(one: str, other: str, same: bool) -> None:
    assert is_aligned(one, other) is same
