"""What every answer says to the browser: its policy, its frames, its cookies; and that foreign forms are refused."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.addresses import routes
from tests.architecture.source import ROOT
from tests.cast import Cast
from tests.security.test_routes import World, _address, world

__all__ = ["world"]
pytestmark = pytest.mark.django_db
# Their own proof: a signature, a visitor's token in a header, a bearer token.
WITHOUT_COOKIES = ("channels_in:hook", "portal:chat", "portal:rate", "api:")
# Addresses by regular expression, whose arguments have no names that the world knows.
BY_EXPRESSION = ("account_confirm_email", "account_reset_password_from_key")
NAMED = [name for name, _ in routes() if "^" not in name and name not in BY_EXPRESSION]


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def _addresses(world: World) -> list[tuple[str, str]]:
    known = {"mailbox": "eva@customer.example", "inbox_token": world.cast.chat.token, "file_id": uuid4()}
    world.args |= known
    return [(name, _address(name, world)) for name in sorted(NAMED)]


def _whole(answer: Any) -> Any:
    """Reads a file to its end, so that it is closed."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def test_every_page_says_what_it_may_load_and_who_may_frame_it(world: World) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.cast.ada)
    for name, address in _addresses(world):
        answer = _whole(client.get(address))
        if name in ("healthz", "readyz", "metrics") or answer.status_code == 405:
            continue
        policy = answer.headers.get("Content-Security-Policy", "")
        assert answer.status_code < 500, name
        assert answer["X-Content-Type-Options"] == "nosniff", name
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors" in policy, name
        assert "frame-ancestors *" not in policy, name
        assert "unsafe-eval" not in policy, name
        if name not in ("workspace:message-body", "portal:demo-mail-html"):
            assert "unsafe-inline" not in policy, name
        if name not in ("portal:chat", "workspace:message-body", "portal:demo-mail-html"):
            assert answer.headers.get("X-Frame-Options") == "DENY", name
            assert "frame-ancestors 'none'" in policy, name


def test_no_form_of_another_site_is_taken(world: World) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.cast.ada)
    for name, address in _addresses(world):
        if name.startswith(WITHOUT_COOKIES):
            continue
        for method in ("post", "put", "patch", "delete"):
            answer = _whole(getattr(client, method)(address, {}, headers={"origin": "https://evil.example"}))
            assert answer.status_code in (403, 405), (name, method)


def test_errors_tell_strangers_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "c4nary-secret-in-a-message"

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("workspace.views.desk.ticket_page", breaks)
    monkeypatch.setattr("portal.chat.widget", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(world.cast.ada)
    for answer in (client.get("/tickets/"), Client(raise_request_exception=False).get("/chat/x/")):
        assert answer.status_code == 500
        for leak in (secret.encode(), b"Traceback", b"RuntimeError", b".py"):
            assert leak not in answer.content
        assert "Content-Security-Policy" in answer.headers


def test_foreign_sites_read_nothing_of_the_api(world: World) -> None:
    for origin in ("https://evil.example", "null"):
        headers = {"origin": origin, "access-control-request-method": "GET"}
        for address in ("/api/v1/tickets/", f"/chat/{world.cast.chat.token}/session/", "/tickets/"):
            for method in ("options", "get", "post"):
                answer = getattr(Client(raise_request_exception=False), method)(address, headers=headers)
                assert "Access-Control-Allow-Origin" not in answer.headers
                assert "Access-Control-Allow-Credentials" not in answer.headers


def test_chat_is_framed_by_named_sites_only(cast: Cast, settings: Settings) -> None:
    settings.DEMO = False
    address = f"/chat/{cast.chat.token}/"
    assert "frame-ancestors 'none'" in Client().get(address)["Content-Security-Policy"]
    hostile = ["*", "https://*", "https://ok.example; script-src *", "'self' *", "https://a.example https://b.example"]
    cast.chat.config = {"allowed_origins": [*hostile, "https://shop.example"]}
    cast.chat.save()
    assert Client().get(address)["Content-Security-Policy"].endswith("frame-ancestors https://shop.example")


def test_production_keeps_its_cookies_and_secrets() -> None:
    """A new process, since settings are read once."""
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS > 0,"
        " s.ALLOWED_HOSTS)"
    )
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "helpdesk.settings", "HELPDESK_ENV": "production",
        "SITE_URL": "https://desk.example.com", "ALLOWED_HOSTS": "desk.example.com", "SECRET_KEY": "x" * 60,
        "FERNET_KEYS": Fernet.generate_key().decode(), "EMAIL_URL": "smtp://127.0.0.1:1",
        "DATABASE_URL": "postgres://u:p@127.0.0.1:1/h", "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == [
        "False", "False", "True", "True", "True", "__Host-sessionid", "__Host-csrftoken", "Lax", "True",
        "['desk.example.com']",
    ], done.stderr  # fmt: skip
