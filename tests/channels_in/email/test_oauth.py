"""Signing in by OAuth 2: one refresh at a time, rotated tokens kept, and people told once when the grant is gone."""

from __future__ import annotations

import threading
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from channels_in.base import ChannelError, ErrorKind
from channels_in.checks import Mark
from channels_in.email.mailbox import MailboxTrouble
from channels_in.email.oauth import access_token
from channels_in.email.oauth.provider_form import ProviderForm
from channels_in.email.settings.mailbox_check import look_into_mailbox
from channels_in.models import MailGrant, OAuthProvider, SignInFlow
from core.clock import now
from core.events.catalogue import InboxDisabled
from people.models import Agent, Role
from tests.channels_in.email.mailboxes import fetch, letters, mailbox_inbox, user_of
from tests.desk import an_agent
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.peers.dovecot import Dovecot
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


def app_of(provider: IdentityProvider, flow: str = SignInFlow.CODE) -> OAuthProvider:
    return OAuthProvider.objects.create(
        name="Example",
        authorize_url=f"{provider.base}/authorize",
        token_url=f"{provider.base}/token",
        scopes="mail offline_access",
        flow=flow,
        client_id=CLIENT_ID,
        secrets={"client_secret": CLIENT_SECRET},
    )


def signed_in_inbox(server: Dovecot, provider: IdentityProvider, *, expired: bool = False) -> Inbox:
    inbox = mailbox_inbox(server, mail_login="oauth")
    provider.account = user_of(inbox)
    at = now() + timedelta(hours=-1 if expired else 1)
    MailGrant.objects.create(inbox=inbox, provider=app_of(provider), tokens=provider.issue(), expires_at=at)
    return inbox


@pytest.fixture
def admin(transactional_db: None) -> Client:
    agent: Agent = an_agent(role=Role.ADMIN)
    client = Client()
    client.force_login(agent)
    return client


def test_mail_is_fetched_with_a_token_in_place_of_a_password(server: Dovecot, provider: IdentityProvider) -> None:
    inbox = signed_in_inbox(server, provider)
    fetch(inbox)
    server.put(user_of(inbox), letters(2))
    assert fetch(inbox) == 2
    assert provider.asked == []


def test_an_expired_token_is_renewed_and_the_rotated_one_kept(server: Dovecot, provider: IdentityProvider) -> None:
    inbox = signed_in_inbox(server, provider, expired=True)
    fetch(inbox)
    assert [call["grant_type"] for call in provider.asked] == ["refresh_token"]
    assert MailGrant.objects.get().tokens["refresh_token"] == provider.good_refresh
    MailGrant.objects.update(expires_at=now())
    assert access_token(inbox) in provider.good_access


def test_a_token_that_the_server_refuses_is_renewed_once(server: Dovecot, provider: IdentityProvider) -> None:
    inbox = signed_in_inbox(server, provider)
    provider.good_access.clear()
    fetch(inbox)
    assert len(provider.asked) == 1


def test_ten_who_need_a_token_ask_for_it_once(server: Dovecot, provider: IdentityProvider) -> None:
    """Each refresh makes the earlier refresh token worthless: a second one at the same time would end the grant."""
    inbox = signed_in_inbox(server, provider, expired=True)
    tokens: list[str] = []

    def ask() -> None:
        tokens.append(access_token(inbox))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(tokens) == 10
    assert len(set(tokens)) == 1
    assert len(provider.asked) == 1


def test_a_revoked_grant_stops_the_inbox_and_is_told_once(
    server: Dovecot, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("tickets.services.inboxes.publish", told.append)
    inbox = signed_in_inbox(server, provider, expired=True)
    provider.refuses = "invalid_grant"
    for _ in range(3):
        with pytest.raises(MailboxTrouble, match="sign in again") as trouble:
            fetch(inbox)
        assert trouble.value.is_login
    assert [type(event) for event in told] == [InboxDisabled]
    assert len(provider.asked) == 1
    inbox.refresh_from_db()
    assert not inbox.is_active
    assert "sign in again" in inbox.disabled_reason


def test_a_provider_in_trouble_is_asked_again_later(server: Dovecot, provider: IdentityProvider) -> None:
    inbox = signed_in_inbox(server, provider, expired=True)
    for status in (500, 503, 429):
        provider.status = status
        with pytest.raises(ChannelError) as refused:
            access_token(inbox)
        assert refused.value.kind is ErrorKind.RETRY
    provider.status = 0
    assert access_token(inbox)
    inbox.refresh_from_db()
    assert inbox.is_active


def test_an_admin_signs_an_inbox_in_and_it_works_again(
    server: Dovecot, provider: IdentityProvider, admin: Client
) -> None:
    inbox = mailbox_inbox(server, mail_login="oauth")
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False, disabled_reason="sign in again")
    provider.account, app = user_of(inbox), app_of(provider)
    address = begin(admin, inbox, app)
    query = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.base}/authorize?")
    assert query["login_hint"] == [user_of(inbox)]
    come_back(admin, code=provider.sign_in(address), state=query["state"][0])
    inbox.refresh_from_db()
    assert inbox.is_active
    assert provider.asked[0]["grant_type"] == "authorization_code"
    server.put(user_of(inbox), letters(1))
    assert look_into_mailbox(inbox).mark is Mark.OK
    assert CLIENT_SECRET not in str(OAuthProvider.objects.values_list("secrets", flat=True).query)


def test_a_return_without_the_right_state_changes_nothing(
    server: Dovecot, provider: IdentityProvider, admin: Client
) -> None:
    inbox, app = mailbox_inbox(server, mail_login="oauth"), app_of(provider)
    code = provider.sign_in(begin(admin, inbox, app))
    assert come_back(admin, code=code, state="forged") == 422
    assert not MailGrant.objects.exists()
    # The errand is over, whoever spoilt it.
    assert come_back(admin, code=code, state="") == 422
    assert provider.asked == []


def test_an_app_that_signs_in_by_itself_needs_nobody(
    server: Dovecot, provider: IdentityProvider, admin: Client
) -> None:
    inbox = mailbox_inbox(server, mail_login="oauth")
    provider.account, app = user_of(inbox), app_of(provider, SignInFlow.CLIENT)
    response = admin.post(reverse("workspace:settings-inbox-sign-in-with", args=[inbox.pk, app.pk]))
    assert response.status_code == 302
    fetch(inbox)
    MailGrant.objects.update(expires_at=now())
    fetch(inbox)
    assert [call["grant_type"] for call in provider.asked] == ["client_credentials"] * 2


def test_the_presets_need_only_the_id_and_the_secret_of_an_app() -> None:
    form = ProviderForm(
        {"preset": "microsoft", "flow": "client", "client_id": "x", "client_secret": "y", "tenant": "t"}
    )
    assert form.is_valid(), form.errors
    assert form.values()["token_url"] == "https://login.microsoftonline.com/t/oauth2/v2.0/token"
    assert form.values()["scopes"] == "https://outlook.office365.com/.default"
    assert not ProviderForm({"preset": "other", "flow": "code", "client_id": "x"}).is_valid()


def begin(admin: Client, inbox: Inbox, app: OAuthProvider) -> str:
    """The address of the provider's page that the link leads to."""
    response = admin.post(reverse("workspace:settings-inbox-sign-in-with", args=[inbox.pk, app.pk]))
    assert response.status_code == 200
    return str(response.context["address"])


def come_back(admin: Client, **query: str) -> int:
    return admin.get(reverse("workspace:settings-sign-in-return"), query).status_code
