"""Signed addresses and Message-IDs: they survive folding of case, and nobody else can make or borrow them."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from channels_in.email import tokens

HELP = "help@desk.example"


def test_a_reply_address_names_the_ticket_to_its_owner_only() -> None:
    address = tokens.reply_address(HELP, ticket_id=4711, to="Rosa@example.net")
    assert address.startswith("help+r4711.")
    assert tokens.ticket_of_reply_address(address.upper(), sender="rosa@EXAMPLE.net") == 4711
    assert tokens.ticket_of_reply_address(address, sender="mallory@example.org") is None
    assert tokens.ticket_of_reply_address(address.replace("4711", "4712"), sender="rosa@example.net") is None
    assert tokens.without_mark(address) == HELP


def test_bounce_addresses_and_message_ids_name_the_message() -> None:
    bounce = tokens.bounce_address(HELP, message_id=88)
    assert tokens.message_of_bounce_address(bounce.upper()) == 88
    assert tokens.message_of_bounce_address(bounce.replace("b88", "b89")) is None
    own = tokens.own_message_id(HELP, ticket_id=4711, message_id=88)
    assert own.startswith("t.4711.m.88.")
    assert own.endswith("@desk.example")
    assert tokens.message_of_own_id(own) == 88
    assert tokens.message_of_own_id(own.replace(".88.", ".89.")) is None


def test_marks_of_another_desk_mean_nothing(settings: Settings) -> None:
    address = tokens.reply_address(HELP, ticket_id=1, to="a@b.c")
    own = tokens.own_message_id(HELP, ticket_id=1, message_id=2)
    settings.SECRET_KEY = "another desk's secret"
    assert tokens.ticket_of_reply_address(address, sender="a@b.c") is None
    assert tokens.message_of_own_id(own) is None


@pytest.mark.parametrize(
    "address", ["help@desk.example", "help+@desk.example", "help+r1.x@desk.example", "", "+", "r1.@", "help+r.a@x"]
)
def test_ordinary_addresses_carry_no_mark(address: str) -> None:
    assert tokens.ticket_of_reply_address(address, sender="a@b.c") is None
    assert tokens.message_of_bounce_address(address) is None


def test_a_long_address_is_left_unmarked_rather_than_made_invalid() -> None:
    long = f"{'x' * 60}@desk.example"
    assert tokens.reply_address(long, ticket_id=1, to="a@b.c") == long
