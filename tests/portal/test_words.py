"""The chat speaks the visitor's language, all of it, and says the same in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import RequestFactory

from channels_in.webchat.languages import LANGUAGES
from core.errors import Conflict, Invalid, NotFound
from csat import words as csat_words
from people.models import Contact
from portal.availability import expected_in_words
from portal.doors import refusal
from portal.words import WORDS, language_for, words_in
from routing import chat_words
from sla.prediction import Expected
from tests.cast import Cast
from tests.portal.conftest import Browser
from tickets.models import Ticket

GROUPS = ("page", "script", "told", "refusals")
ROOT = Path(settings.BASE_DIR)


def slots_of(text: str) -> list[str]:
    return sorted(re.findall(r"%s|\{\w+\}", text))


def test_same_languages_are_spoken_everywhere() -> None:
    assert set(WORDS) == set(LANGUAGES) == set(chat_words.WORDS) == set(csat_words.WORDS)


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
@pytest.mark.parametrize("group", GROUPS)
def test_language_has_every_word_with_the_same_places_for_values(language: str, group: str) -> None:
    english: Mapping[str, str] = getattr(WORDS["en"], group)
    spoken: Mapping[str, str] = getattr(WORDS[language], group)
    assert list(spoken) == list(english)
    assert {key: slots_of(text) for key, text in spoken.items()} == {
        key: slots_of(text) for key, text in english.items()
    }
    assert all(text.strip() == text != "" for text in spoken.values())


def test_every_word_that_the_panel_says_is_in_the_table_and_none_is_idle() -> None:
    scripts = "\n".join(path.read_text() for path in (ROOT / "static/portal/chat").glob("*.js"))
    pages = "\n".join(path.read_text() for path in (ROOT / "templates/portal").glob("*chat*.html"))
    script = WORDS["en"].script
    said = set(re.findall(r'word\(\s*"([\w-]+)"', scripts))
    assert said <= set(script)
    assert {name for name in script if f'"{name}"' not in scripts} == set()
    page = set(re.findall(r"\{\{ words\.(\w+) \}\}", pages))
    assert page | {"greeting"} == set(WORDS["en"].page)
    assert not re.search(r"\{% (?:translate|load i18n)", pages)


def test_every_refusal_that_names_its_words_has_them() -> None:
    sources = [
        path.read_text()
        for app in ("channels_in", "callbacks", "routing", "csat", "portal")
        for path in (ROOT / app).rglob("*.py")
    ]
    named = {name for text in sources for name in re.findall(r'\bword="(\w+)"', text)}
    codes = {"invalid", "not_allowed", "not_found", "conflict", "too_large", "too_many", "unavailable"}
    assert named | codes == set(WORDS["en"].refusals)


@pytest.mark.parametrize(
    ("fixed", "site", "browser", "language"),
    [
        ("", "", "", "en"),
        ("", "", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr_CA", "de", "fr"),
        ("", "ja", "ja,es;q=0.5", "es"),
        ("", "tlh", "ja", "en"),
        ("es", "fr", "de", "es"),
        ("xx", "FR", "", "fr"),
        ("", "\x00" * 9000, "*;q=nan,;;", "en"),
    ],
)
@pytest.mark.django_db
def test_visitor_reads_what_the_inbox_or_the_site_or_the_browser_says(
    cast: Cast, rf: RequestFactory, fixed: str, site: str, browser: str, language: str
) -> None:
    cast.chat.config = {"language": fixed}
    request = rf.get("/", {"lang": site}, headers={"Accept-Language": browser})
    assert language_for(request, cast.chat) == language


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Meist innerhalb von 10 Minuten, zurzeit nach etwa 30 Minuten"),
        ("fr", "En général sous 10 minutes, en ce moment environ 30 minutes"),
        ("es", "Normalmente en 10 minutos, ahora en cerca de 30 minutos"),
    ],
)
def test_visitor_reads_how_long_it_takes_in_their_language(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    likely = Expected(
        p50_seconds=1800, p90_seconds=3600, usual_p50_seconds=600, basis="queue", waiting=3, agents=1, sample=50
    )
    monkeypatch.setattr("portal.availability.expected_response", lambda inbox: likely)
    assert expected_in_words(cast.chat, language) == words


@pytest.mark.django_db
def test_panel_holds_one_language_only(cast: Cast) -> None:
    page = Client().get(f"/chat/{cast.chat.token}/?lang=de", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert '<html lang="de">' in text
    assert page["Content-Language"] == "de"
    assert "wie können wir helfen" in text
    assert "Reconnecting" not in text


def test_refusal_is_told_in_the_visitors_words_and_what_programs_read_stays() -> None:
    taken = Conflict("Somebody was quicker.", fields={"starts": "Taken."}, details={"slots": []}, word="call_taken")
    told = refusal(taken, "de")
    assert told["message"] == told["fields"]["starts"] == words_in("de").refusals["call_taken"]
    assert (told["code"], told["slots"]) == ("conflict", [])
    assert refusal(NotFound("There is no such chat."), "fr")["message"] == words_in("fr").refusals["not_found"]
    assert refusal(Invalid("Odd.", fields={"x": "No."}), "en") == {
        "code": "invalid",
        "message": "Odd.",
        "fields": {"x": "No."},
    }


@pytest.mark.django_db
def test_visitor_who_reads_german_is_answered_in_german_from_then_on(cast: Cast) -> None:
    class German(Browser):
        @property
        def headers(self) -> dict[str, str]:
            return {**super().headers, "Accept-Language": "de"}

    visitor = German(cast.chat)
    session: dict[str, Any] = visitor.begin()
    assert session["away"].startswith("Wir sind gerade nicht da")
    refused = visitor.post("away/", id="12345678", text="Hallo", email="?").json()
    assert refused["fields"]["email"] == "Geben Sie eine Adresse wie name@example.com ein."
    assert visitor.says("Hallo").status_code == 200
    contact = Ticket.objects.get().contact
    assert contact.language == "de"
    Contact.objects.update(language="fr")
    visitor.says("Noch etwas")
    contact.refresh_from_db()
    assert contact.language == "fr", "what an agent noted counts"
