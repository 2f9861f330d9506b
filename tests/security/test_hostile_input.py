"""Hostile values at the doors that take any: refused or ignored, never an error of ours."""

from __future__ import annotations

import base64
import json
from itertools import product

import pytest
from django.core.cache import cache
from django.test import Client

from people.services.api_tokens import create_api_token
from tests.cast import Cast, new_ticket
from tests.portal.conftest import Browser
from tickets.models import Message

pytestmark = pytest.mark.django_db
DEEP = "[" * 15_000
NUMBERS = ("²", "٣", "-1", "9" * 30, "0" * 20 + "9" * 30, "9" * 5000, "1e9", "")
TEXTS = ("\x00", "\\", "%_", "'\";--", "\u202e", "{{7*7}}", "a" * 5000)
FILTERS = ("q", "status", "priority", "assignee", "team", "inbox", "contact", "channel", "tag", "created_after", "sort")
CURSORS = ([[], 1], [5, 1], [None, 1], [{}, 1], ["2026-01-01", 1], ["9999-12-31T23:59:59-14:00", 1], [10**40], ["x"])
LISTS = ("/tickets/rows/", "/search/", "/search/suggest/", "/contacts/", "/api/v1/tickets/", "/api/v1/contacts/")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


@pytest.fixture
def desk(cast: Cast) -> Client:
    """Ada, with a session and a token."""
    _, token = create_api_token(cast.ada)
    client = Client(headers={"authorization": f"Bearer {token}"})
    client.force_login(cast.ada)
    return client


def _cursor(values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize("address", LISTS)
def test_lists_outlive_every_filter(desk: Client, cast: Cast, address: str) -> None:
    new_ticket(cast.mail)
    for name, value in product(FILTERS, TEXTS + NUMBERS[:5]):
        assert desk.get(address, {name: value}).status_code < 500, (name, value)


@pytest.mark.parametrize("address", [*LISTS, "/problems/", "/reports/sla/"])
def test_lists_outlive_every_cursor(desk: Client, cast: Cast, address: str) -> None:
    new_ticket(cast.mail)
    deep = base64.urlsafe_b64encode(DEEP.encode()).decode()
    for cursor in (*map(_cursor, CURSORS), deep, "\x00", "é", "===="):
        assert desk.get(address, {"cursor": cursor, "view": "all"}).status_code < 500, cursor[:60]


@pytest.mark.parametrize("address", ["/api/v1/tickets/", "/api/v1/contacts/", "/api/v1/events/"])
def test_program_gets_no_page_larger_than_allowed(desk: Client, cast: Cast, address: str) -> None:
    for limit in ("101", "000001000000", "0" * 30 + "5", "9" * 5000, "²", "1_0", "+1"):
        assert desk.get(address, {"limit": limit}).status_code == 422, limit


def test_program_gets_no_error_for_numbers_without_end(desk: Client, cast: Cast) -> None:
    number = new_ticket(cast.mail).number
    for after in (*NUMBERS[1:6], "0" * 20 + "9" * 30):
        assert desk.get("/api/v1/events/", {"after": after}).status_code < 500
        assert desk.get(f"/api/v1/tickets/{number}/messages/", {"after_seq": after}).status_code < 500
    assert desk.get(f"/api/v1/tickets/{10**30}/").status_code == 404
    assert desk.get(f"/tickets/{10**30}/").status_code == 404


@pytest.mark.parametrize("body", [DEEP, '{"a":' * 9000, "NaN", "[]", "\xff", "", '{"limit": 1e999}'])
def test_program_sends_nonsense_and_reads_why(desk: Client, cast: Cast, body: str) -> None:
    inbox = cast.mail.pk
    for method, address in (("post", "/api/v1/tickets/"), ("post", "/api/v1/contacts/")):
        answer = getattr(desk, method)(address, body.encode("latin-1"), content_type="application/json")
        assert 400 <= answer.status_code < 500, inbox
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [DEEP, '{"token":' * 3000, '{"token": "\\ud800", "jwt": "\\u0000"}', "\xff", "[1]"])
def test_stranger_sends_nonsense_to_the_chat(cast: Cast, body: str) -> None:
    door = f"/chat/{cast.chat.token}/session/"
    assert Client().post(door, body.encode("latin-1"), content_type="application/json").status_code < 500


def test_visitor_writes_what_no_database_takes(cast: Cast) -> None:
    browser = Browser(cast.chat)
    browser.begin()
    half = {"text": "a\ud800b\x00", "name": "\ud800\x00", "page": "\ud800", "email": "\ud800@x.example"}
    assert browser.post("away/", id="client-id-0", **{**half, "email": "no address"}).status_code == 422
    assert browser.post("away/", id="client-id-1", **{**half, "email": "eva@x.example"}).status_code == 200
    assert Message.objects.get().text.startswith("a")
    for name, value in product(("before", "seq", "ticket"), NUMBERS):
        assert browser.get(f"messages/?{name}={value}").status_code == 200
    assert browser.post("address/", email="\ud800 @x.example").status_code == 422


def test_addresses_with_nul_lead_nowhere(desk: Client) -> None:
    for address in ("/chat/%00/", "/chat/%00/session/", "/hooks/%00/", "/reports/%00/", "/demo/mail/%00/", "/%00"):
        for method in ("get", "post"):
            assert getattr(desk, method)(address).status_code < 500, address
