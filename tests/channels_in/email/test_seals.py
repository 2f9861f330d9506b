"""Signed, encrypted, uuencoded, invited: what a mail is beside its words is read, and damage never costs the rest."""

from __future__ import annotations

import base64
import gc
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_in.email.parse.cms import signed_content
from channels_in.email.parse.fence import fenced
from tests.channels_in.email.samples import multipart, parsed

INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe hinge is signed f\xc3\xbcr you.\r\n"
EVENT = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1@example.net
DTSTART;TZID=Europe/Berlin:20261130T100000
DTEND;TZID=Europe/Berlin:20261130T113000
SUMMARY:Fitting of the hinges
LOCATION:Workshop\\, Main Street 1
ORGANIZER;CN=Rosa Lind:mailto:rosa@example.net
ATTENDEE;PARTSTAT=ACCEPTED:mailto:help@example.com
END:VEVENT
END:VCALENDAR"""


def signed(content: bytes) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rosa")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    signature = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return signature.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


SIGNED = signed(INNER)


def test_an_opaque_signature_is_opened_and_said_to_be_signed() -> None:
    body = base64.encodebytes(SIGNED)
    kind = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
    mail = parsed(body, content_type=kind, content_transfer_encoding="base64")
    assert mail.text == "The hinge is signed für you."
    assert (mail.protection, mail.files) == ("signed", ())


def test_streamed_signatures_are_read_too() -> None:
    """OpenSSL writes lengths as it goes: without a length in front, in pieces."""
    piece = b"\x04" + bytes([len(INNER)]) + INNER
    capsule = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010701") + b"\xa0\x80\x24\x80" + piece + b"\0\0" * 3
    data = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702")
    data += b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00" + capsule + b"\0\0" * 3
    assert signed_content(data) == INNER


@settings(max_examples=150)
@given(st.integers(0, len(SIGNED)), st.binary(max_size=8), st.integers(0, 40))
def test_damaged_signatures_are_no_danger(position: int, noise: bytes, cut: int) -> None:
    found = signed_content(SIGNED[:position] + noise + SIGNED[position + cut :])
    assert found is None or isinstance(found, bytes)


@pytest.mark.parametrize("kind", ["application/pkcs7-mime; smime-type=enveloped-data", "application/x-pkcs7-mime"])
def test_an_envelope_is_said_to_be_encrypted_and_kept(kind: str) -> None:
    mail = parsed("AAAA", content_type=kind, content_transfer_encoding="base64")
    assert mail.protection == "encrypted"
    assert [file.name for file in mail.files] == ["attachment-1.p7m"]


def test_pgp_in_the_text_is_told_apart() -> None:
    clear = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nPlease call.\n- --> dash\n"
    clear += "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    mail = parsed(clear)
    assert (mail.protection, mail.reply_text) == ("signed", "Please call.\n--> dash")
    assert parsed("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----").protection == "encrypted"
    kind, body = multipart(
        "signed", "Content-Type: text/plain\n\nHello", "Content-Type: application/pgp-signature\n\nx"
    )
    assert parsed(body, content_type=kind).protection == "signed"


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    mail = parsed("See below.\n\nbegin 644 cat.txt\n#0V%T\n`\nend\n\nRosa")
    assert mail.text == "See below.\n\n\n\nRosa"
    assert [(file.name, file.content) for file in mail.files] == [("cat.txt", b"Cat")]
    assert parsed("begin 644 is how it starts\nand these are words\nend").files == ()


def test_an_invitation_is_read_once_though_it_comes_twice() -> None:
    part = f"Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n{EVENT}"
    kind, body = multipart("mixed", "Content-Type: text/plain\n\nPlease come.", part, part)
    mail = parsed(body, content_type=kind)
    assert mail.invitation is not None
    assert (mail.invitation.method, mail.invitation.summary) == ("REQUEST", "Fitting of the hinges")
    assert (mail.invitation.starts, mail.invitation.ends) == ("2026-11-30T09:00:00+00:00", "2026-11-30T10:30:00+00:00")
    assert mail.invitation.location == "Workshop, Main Street 1"
    assert mail.invitation.organizer == "Rosa Lind <rosa@example.net>"
    assert not mail.nature.is_auto_reply


def test_an_answer_to_an_invitation_is_automatic() -> None:
    mail = parsed(EVENT.replace("REQUEST", "REPLY"), content_type="text/calendar; method=REPLY")
    assert mail.nature.is_auto_reply
    assert mail.invitation is not None
    assert mail.invitation.answer == "ACCEPTED"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(EVENT)), st.text(max_size=5)), max_size=4))
def test_damaged_calendars_cost_the_card_at_most(changes: list[tuple[int, str]]) -> None:
    event = EVENT
    for position, noise in changes:
        event = event[:position] + noise + event[position + len(noise) :]
    mail = parsed(event.encode("utf-8", "surrogatepass"), content_type="text/calendar")
    assert "invitation_unreadable" not in mail.problems


def test_a_detector_that_searches_for_ever_is_stopped() -> None:
    def search() -> str:
        try:
            while True:
                pass
        except Exception:
            return "swallowed"

    began = time.process_time()
    assert fenced(search, "gave up", seconds=0.1) == "gave up"
    assert time.process_time() - began < 2
    assert fenced(lambda: 1 // 0, 7, seconds=0.1) == 7


def test_a_search_is_stopped_even_if_the_garbage_collector_is_at_work_at_that_moment() -> None:
    def is_busy(phase: str, info: dict[str, int]) -> None:
        began = time.process_time()
        while time.process_time() - began < 0.2:
            pass

    def search() -> str:
        gc.collect(0)
        while True:
            pass

    gc.callbacks.append(is_busy)
    try:
        assert fenced(search, "gave up", seconds=0.1) == "gave up"
    finally:
        gc.callbacks.remove(is_busy)
