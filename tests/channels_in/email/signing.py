"""Mails with DKIM signatures of keys that the tests made themselves, and the name server that knows those keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django import Settings

from core import dns
from tests.channels_in.email.samples import with_crlf
from tests.fakes.names import NameServer, name_server

SELECTOR = "s1"


@cache
def key(domain: str) -> tuple[bytes, str]:
    """(private key, DNS record) of a domain."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(raw: bytes, domain: str, *, length: bool = False) -> bytes:
    """The mail under a signature of the domain; `length` leaves room for additions below, as nobody should."""
    raw = with_crlf(raw)
    mark = dkim.sign(raw, SELECTOR.encode(), domain.encode(), key(domain)[0], length=length)
    return bytes(mark) + raw


@pytest.fixture
def names(settings: Settings) -> Iterator[NameServer]:
    """The name server of the desk, with the keys of three domains."""
    with name_server() as server:
        for domain in ("example.net", "evil.example.com", "desk.example"):
            server.txt(f"{SELECTOR}._domainkey.{domain}", key(domain)[1])
        settings.DNS_SERVERS = [server.address]
        settings.DNS_TIMEOUT_SECONDS = 0.5
        dns.forget()
        yield server
    dns.forget()
