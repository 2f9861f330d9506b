"""One reading of an address for every decision: what is ambiguous is refused, what is merely ugly is read."""

import time

import pytest

from channels_in.email.parse.addresses import Address, parse_addresses
from tests.channels_in.email.samples import parsed


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("rosa@example.net", [("rosa@example.net", "")]),
        ("<Rosa@Example.NET>", [("rosa@example.net", "")]),
        ("Rosa Lind <rosa@example.net>", [("rosa@example.net", "Rosa Lind")]),
        ('"Lind, Rosa" <rosa@example.net>', [("rosa@example.net", "Lind, Rosa")]),
        ("Lind, Rosa <rosa@example.net>", [("rosa@example.net", "Lind, Rosa")]),
        ("rosa@example.net (Rosa Lind)", [("rosa@example.net", "Rosa Lind")]),
        ("=?utf-8?q?Rosa_L=C3=B8nd?= <rosa@example.net>", [("rosa@example.net", "Rosa Lønd")]),
        ('"=?utf-8?q?Rosa_L=C3=B8nd?=" <rosa@example.net>', [("rosa@example.net", "Rosa Lønd")]),
        ("=?utf-8?q?Rosa_=3Crosa=40example=2Enet=3E?=", [("rosa@example.net", "Rosa")]),
        ("a@x.org, B <b@x.org>; c@x.org", [("a@x.org", ""), ("b@x.org", "B"), ("c@x.org", "")]),
        ("Team: a@x.org, b@x.org;", [("a@x.org", ""), ("b@x.org", "")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.org,@other.org:rosa@example.net>", [("rosa@example.net", "")]),
        ("Rosa rosa@example.net", [("rosa@example.net", "Rosa")]),
        ("Rosa <rosa@example.net", [("rosa@example.net", "Rosa")]),
        ('"Rosa <rosa@example.net>', [("rosa@example.net", "Rosa")]),
        ("Rosa [mailto:rosa@example.net]", [("rosa@example.net", "Rosa")]),
        ("rosa@example.net www.example.net", [("rosa@example.net", "www.example.net")]),
        ("mailto:rosa@example.net", [("rosa@example.net", "")]),
        ("'rosa@example.net' <rosa@example.net>", [("rosa@example.net", "rosa@example.net")]),
        ("a@x.org, A@X.org", [("a@x.org", "")]),
        ("rosa@例え.jp", [("rosa@例え.jp", "")]),
        ('"a@evil.org"@example.net', []),
        ("a@evil.org@example.net", []),
        ("<rosa@example.net>(<b@evil.org>)", [("rosa@example.net", "b@evil.org")]),
        ("rosa", []),
        ("", []),
    ],
)
def test_address_headers_are_read(written: str, read: list[tuple[str, str]]) -> None:
    assert [(found.address, found.name) for found in parse_addresses(written)] == read


def test_at_most_fifty_recipients_count() -> None:
    assert len(parse_addresses(", ".join(f"u{n}@x.org" for n in range(5_000)))) == 50


@pytest.mark.parametrize("piece", ['"', '"\\', "(", "<", ",", "a@", " ", "=?", ":", ";"])
def test_long_nonsense_is_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    parse_addresses(piece * 60_000)
    assert time.process_time() - started < 1


def test_a_mail_without_usable_from_is_attributed_by_what_is_left() -> None:
    assert parsed(**{"from": "", "sender": "rosa@example.net"}).sender == Address("rosa@example.net", "")
    nameless = parsed(**{"from": "Rosa the Great"})
    assert nameless.sender == Address("", "Rosa the Great")
    assert "from_unreadable" in nameless.problems
