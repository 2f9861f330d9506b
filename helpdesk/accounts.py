"""How agents' accounts behave at the login door: invited only, throttled by e-mail address, secrets sealed."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.crypto import decrypt, encrypt
from core.peer import client_address
from people.services.invitations import BY_ITSELF


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Agents are invited by an admin; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Whatever the desk sends by itself says so, that no robot answers it."""
        return super().render_mail(template_prefix, email, context, {**BY_ITSELF, **(headers or {})})


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Second factors are stored encrypted: a stolen database logs nobody in."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


def client_ip(request: HttpRequest) -> str:
    """The address of the person, whom only our own proxies may name."""
    # A request that came by no socket (a management command, a test) is this machine's own.
    peer = request.META.get("REMOTE_ADDR") or "127.0.0.1"
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return client_address(peer, forwarded, settings.TRUSTED_PROXIES)


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What a person reads who failed too often."""
    context = {
        "title": "Too many attempts",
        "message": "Wait a quarter of an hour and try again, or reset your password.",
    }
    return render(request, "error.html", context, status=429)


def login_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The name that login failures are counted under, whichever form or API sent it."""
    sent = credentials or {}
    name = sent.get("email") or sent.get("username") or sent.get("login")
    if not name and request is not None:
        name = request.POST.get("login")
    return str(name or "").strip().lower()[:254]
