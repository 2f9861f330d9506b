"""The visitor's key: a signed token, kept by their browser, sent in a header or first frame, never in an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core import signing

from core.errors import HelpdeskError
from core.ids import new_token

_SALT = "webchat.visitor"
_UID = re.compile(r"[a-z0-9]{20,32}")
# Counted from the last visit, since each visit renews the token.
IDLE_SECONDS = 30 * 24 * 3600
MAX_LENGTH = 400


class TokenRefused(HelpdeskError):
    """Not a token of ours, of another widget, too old, or signed out; the browser asks for a new one."""

    code = "token_refused"
    status = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorKey:
    inbox_id: int
    uid: str
    generation: int = 0


def new_key(inbox_id: int) -> VisitorKey:
    """A browser that we have never met. Nothing is stored until it says something."""
    return VisitorKey(inbox_id=inbox_id, uid=new_token(26))


def issue(key: VisitorKey) -> str:
    return signing.dumps({"i": key.inbox_id, "v": key.uid, "g": key.generation}, salt=_SALT)


def read(token: str, *, inbox_id: int) -> VisitorKey:
    """Raises TokenRefused."""
    if not token or len(token) > MAX_LENGTH:
        raise TokenRefused("This chat session is not valid. Reload the page.")
    try:
        said = signing.loads(token, salt=_SALT, max_age=IDLE_SECONDS)
        key = VisitorKey(inbox_id=int(said["i"]), uid=str(said["v"]), generation=int(said["g"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError) as problem:
        raise TokenRefused("This chat session has ended. Reload the page.") from problem
    if key.inbox_id != inbox_id or not _UID.fullmatch(key.uid):
        raise TokenRefused("This chat session belongs to another site.")
    return key
