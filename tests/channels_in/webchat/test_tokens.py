"""The visitor's token: only ours, only for its widget, only while it is fresh."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing

from channels_in.webchat import tokens
from channels_in.webchat.tokens import TokenRefused, VisitorKey


def test_browser_brings_its_token_and_is_known() -> None:
    key = tokens.new_key(7)
    assert tokens.read(tokens.issue(key), inbox_id=7) == key


@pytest.mark.parametrize("place", [0, 10, -1])
def test_browser_changes_one_character_and_is_refused(place: int) -> None:
    token = tokens.issue(tokens.new_key(7))
    index = place % len(token)
    changed = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
    # The last character of a base64 signature carries unused bits, so two spellings may be the same signature.
    if place == -1:
        changed = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    with pytest.raises(TokenRefused):
        tokens.read(changed, inbox_id=7)


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "x" * 500, "é:è:ê"])
def test_stranger_brings_nonsense_and_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        tokens.read(token, inbox_id=7)


def test_browser_brings_another_widgets_token_and_is_refused() -> None:
    with pytest.raises(TokenRefused):
        tokens.read(tokens.issue(tokens.new_key(7)), inbox_id=8)


def test_browser_returns_after_a_month_and_is_refused() -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as clock:
        token = tokens.issue(tokens.new_key(7))
        clock.shift(timedelta(days=29))
        assert tokens.read(token, inbox_id=7).inbox_id == 7
        clock.shift(timedelta(days=2))
        with pytest.raises(TokenRefused):
            tokens.read(token, inbox_id=7)


def test_token_for_another_purpose_is_refused() -> None:
    with pytest.raises(TokenRefused):
        tokens.read(signing.dumps({"i": 7, "v": "a" * 26, "g": 0}, salt="something else"), inbox_id=7)


def test_two_browsers_never_get_the_same_key() -> None:
    keys = {tokens.new_key(7) for _ in range(200)}
    assert len(keys) == 200
    assert VisitorKey(inbox_id=7, uid="x") not in keys
