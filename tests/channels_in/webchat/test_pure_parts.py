"""What is pure in the chat: names, origins, the stored form of a message, presence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_in.webchat import payload
from channels_in.webchat.names import allowed_name
from channels_in.webchat.origins import read_origins
from channels_in.webchat.presence import GONE_AFTER, is_gone
from channels_in.webchat.settings_form import WebchatConfig
from core.clock import now
from tickets.inbound import InboundFile


@pytest.mark.parametrize(
    "name",
    [
        "Ana Ruiz",
        "ana ruiz",
        "ANA  RUIZ",
        "Ana\u200b Ruiz",
        "Аnа Ruiz",
        "Ána Ruiz",
        "Support",
        "The Support Team",
        "Admin",
    ],
)
def test_visitor_takes_one_of_our_names_and_gets_none(name: str) -> None:
    assert allowed_name(name, taken=["Ana Ruiz", "Kestrel Coffee"]) == ""


@pytest.mark.parametrize("name", ["Ana Lopez", "José", "Мария", "李雷", "O'Neill"])
def test_visitor_takes_their_own_name_and_keeps_it(name: str) -> None:
    assert allowed_name(name, taken=["Ana Ruiz"]) == name


def test_admin_writes_origins_and_only_origins_are_kept() -> None:
    good, bad = read_origins(
        "https://Shop.example/path\nhttps://*.shop.example, http://localhost:8000 https://shop.example"
    )
    assert good == ["https://shop.example", "https://*.shop.example", "http://localhost:8000"]
    assert bad == []
    for entry in ("*", "shop.example", "'self'", "https://", "javascript:alert(1)", "https://a;script-src", "data:x"):
        assert read_origins(entry) == ([], [entry])


def test_admin_saves_the_widget_and_reads_what_is_wrong() -> None:
    form = WebchatConfig({"allowed_origins": "https://shop.example", "identity_secret": "x" * 40, "accent": "#123abc"})
    assert form.is_valid(), form.errors
    told = form.config()
    assert (told["allowed_origins"], told["accent"], told["callbacks"]) == (["https://shop.example"], "#123abc", False)
    assert told["greeting"] == "", "what was emptied is empty from then on"
    assert form.secrets() == {"identity_secret": "x" * 40}
    wrong = WebchatConfig({"allowed_origins": "shop", "accent": "red", "identity_secret": "short"})
    assert set(wrong.errors) == {"allowed_origins", "accent", "identity_secret"}


@given(text=st.text(max_size=200), name=st.text(max_size=50), content=st.binary(max_size=100))
def test_words_survive_being_stored(text: str, name: str, content: bytes) -> None:
    file = InboundFile(name="a.bin", content_type="application/octet-stream", content=content)
    written = payload.Written(id="12345678", uid="u" * 26, identity="1:v:x", text=text, name=name, files=(file,))
    try:
        raw = payload.dump(written)
    except UnicodeEncodeError:
        return  # lone surrogates cannot come out of valid JSON in the first place
    inbound = payload.load(raw)
    assert inbound.files[0].content == content
    assert inbound.clues.thread_key == "1:v:x"
    assert inbound.sender.name
    assert "\x00" not in inbound.text


@given(raw=st.binary(max_size=200))
def test_nonsense_is_a_value_error_and_nothing_else(raw: bytes) -> None:
    with pytest.raises(ValueError):
        payload.load(raw)


def test_visitor_is_gone_two_minutes_after_they_were_seen() -> None:
    at = now()
    assert is_gone(None, at=at)
    assert not is_gone(at - GONE_AFTER + timedelta(seconds=1), at=at)
    assert is_gone(at - GONE_AFTER - timedelta(seconds=1), at=at)
