"""Admins let colleagues in and out; everybody keeps tokens for their programs, shown once and revoked at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.test import Client

from people.models import Agent, ApiToken
from people.services.api_tokens import create_api_token, token_for
from people.tasks import mail_invitation
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def page_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def test_token_is_shown_once_and_works_until_it_is_revoked(cast: Cast) -> None:
    ana = page_of(cast.ana)
    answer = ana.post("/settings/tokens/", {"name": "Export", "scopes": ["tickets:read"], "days": "30"})
    (plain,) = set(re.findall(r"hd_[\w-]{30,}", answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    found = token_for(plain)
    assert found is not None
    assert (found.agent, found.scopes, found.expires_at is not None) == (cast.ana, ["tickets:read"], True)
    assert plain not in ana.get("/settings/tokens/").content.decode()
    ana.post(f"/settings/tokens/{found.pk}/revoke/")
    assert token_for(plain) is None
    assert "Export" not in ana.get("/settings/tokens/").content.decode()


def test_token_without_a_scope_is_refused_at_the_field(cast: Cast) -> None:
    answer = page_of(cast.ana).post("/settings/tokens/", {"name": "Export"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_tokens_of_others_are_for_admins_only(cast: Cast) -> None:
    token, _ = create_api_token(cast.ana, name="Anas export")
    for who, may in ((cast.ben, False), (cast.mona, False), (cast.ada, True)):
        browser = page_of(who)
        assert ("Anas export" in browser.get("/settings/tokens/").content.decode()) == may
        assert browser.post(f"/settings/tokens/{token.pk}/revoke/").status_code == (302 if may else 404)


def test_admin_adds_a_colleague_who_is_invited_by_mail(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, queue: asked.append((name, args, queue)))
    fields = {"name": "Nia", "email": "nia@desk.example", "role": "agent", "is_invited": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = page_of(cast.ada).post("/settings/agents/new/", fields)
    nia = Agent.objects.get(email="nia@desk.example")
    page = answer.content.decode()
    assert any(nia.check_password(word) for word in re.findall(r'<code class="raw">(\w{16})</code>', page))
    assert [args for name, args, _ in asked if name == "people.tasks.mail_invitation"] == [[nia.pk, "Ada"]]
    mail_invitation(nia.pk, "Ada")
    (letter,) = mail.outbox
    assert letter.to == ["nia@desk.example"]
    assert "/accounts/password/reset/" in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_known_address_is_refused_at_the_field(cast: Cast) -> None:
    fields = {"name": "Ana", "email": "ana@desk.example", "role": "agent"}
    answer = page_of(cast.ada).post("/settings/agents/new/", fields)
    assert answer.status_code == 422
    assert "has this address already" in answer.content.decode()


def test_admin_switches_a_colleague_off_and_on_but_never_the_last_admin(cast: Cast) -> None:
    ada = page_of(cast.ada)
    ben = page_of(cast.ben)
    ada.post(f"/settings/agents/{cast.ben.pk}/switch/", {})
    assert ben.get("/tickets/").status_code == 302
    assert "Let in again" in ada.get("/settings/agents/").content.decode()
    ada.post(f"/settings/agents/{cast.ben.pk}/switch/", {"is_active": "on"})
    assert Agent.objects.get(pk=cast.ben.pk).is_active
    answer = ada.post(f"/settings/agents/{cast.ada.pk}/switch/", {}, follow=True)
    assert "The last admin stays" in answer.content.decode()
    assert Agent.objects.get(pk=cast.ada.pk).is_active


def test_managers_see_no_doors_for_admins(cast: Cast) -> None:
    page = page_of(cast.mona).get(f"/settings/agents/{cast.ben.pk}/").content.decode()
    assert "Switch off" not in page
    assert "New agent" not in page_of(cast.mona).get("/settings/agents/").content.decode()
