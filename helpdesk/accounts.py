"""How agents' accounts behave at the login door: invited only, throttled by e-mail address."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Agents are invited by an admin; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def login_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The name that login failures are counted under, whichever form or API sent it."""
    sent = credentials or {}
    name = sent.get("email") or sent.get("username") or sent.get("login")
    if not name and request is not None:
        name = request.POST.get("login")
    return str(name or "").strip().lower()[:254]
