"""Bearer tokens: who calls, and what the token may do."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from people.models import Agent, ApiToken
from people.policy import may
from people.services.api_tokens import token_for


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer hd_...`; tokens in the query are never accepted, since addresses end up in logs."""

    def authenticate(self, request: Request) -> tuple[Agent, ApiToken] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed("Send the header as: Authorization: Bearer <token>.")
        token = token_for(header[1].decode("ascii", "replace"))
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.agent, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Helpdesk"'


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library's hook is untyped
    target_class = "api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """The view names a resource; reading needs `<resource>:read`, writing `<resource>:write`."""

    message = "This token lacks the scope for it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken) or not may(request.auth.agent, "see_tickets"):
            return False
        verb = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
        return f"{getattr(view, 'resource', '')}:{verb}" in request.auth.scopes
