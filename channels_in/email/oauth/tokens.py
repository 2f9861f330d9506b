"""The access token of an inbox, renewed by one process at a time; the rotated refresh token is saved before any use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.oauth import endpoint
from channels_in.email.services import grants
from channels_in.models import MailGrant, SignInFlow
from core.clock import now
from core.crashpoints import crashpoint
from core.db import lock_key
from tickets.models import Inbox

# A token that ends this soon may end in the middle of a session.
MARGIN = timedelta(minutes=2)
SIGN_IN_AGAIN = "The sign-in of this mailbox has ended: open the inbox's settings and sign in again."


def is_by_oauth(inbox: Inbox) -> bool:
    """Whether the inbox's mail server is asked with a token instead of a password."""
    return bool(inbox.config.get("mail_login") == "oauth")


def access_token(inbox: Inbox, *, refused: str = "") -> str:
    """A token that is good for at least two minutes; `refused` names one that the server did not like.

    Raises ChannelError: RETRY when the provider is away, REAUTH when a person must sign in again. Not for use inside
    a transaction, since it may ask the provider.
    """
    grant = _grant(inbox)
    if token := _usable(grant, refused):
        return token
    with _only_one(inbox.pk):
        grant = _grant(inbox)
        # Whoever waited finds what the other one brought.
        return _usable(grant, refused) or _renewed(inbox, grant)


def _grant(inbox: Inbox) -> MailGrant:
    grant = MailGrant.objects.select_related("provider").filter(inbox=inbox).first()
    if grant is None or grant.is_revoked:
        raise ChannelError(ErrorKind.REAUTH, SIGN_IN_AGAIN)
    return grant


def _usable(grant: MailGrant, refused: str) -> str:
    token = str(grant.tokens.get("access_token") or "")
    is_fresh = grant.expires_at is not None and grant.expires_at > now() + MARGIN
    return token if is_fresh and token != refused else ""


def _renewed(inbox: Inbox, grant: MailGrant) -> str:
    try:
        tokens = _asked(grant)
    except endpoint.GrantRevoked:
        grants.revoke(grant, inbox, reason=SIGN_IN_AGAIN)
        raise ChannelError(ErrorKind.REAUTH, SIGN_IN_AGAIN) from None
    crashpoint("fetch.before_tokens_saved")
    grants.keep(grant, tokens)
    return tokens.access


def _asked(grant: MailGrant) -> grants.Tokens:
    if grant.provider.flow == SignInFlow.CLIENT:
        return endpoint.by_client(grant.provider)
    refresh_token = str(grant.tokens.get("refresh_token") or "")
    if not refresh_token:
        raise endpoint.GrantRevoked("there is no refresh token")
    return endpoint.refresh(grant.provider, refresh_token)


@contextmanager
def _only_one(inbox_id: int) -> Iterator[None]:
    """A lock on the grant that needs no open transaction, since the provider is asked while it is held."""
    key = lock_key("mail-grant", inbox_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
