"""Visitors and signed identities for the chat's tests."""

from __future__ import annotations

import itertools
import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

from channels_in.models import ChatVisitor
from channels_in.webchat.services import visitors, words
from channels_in.webchat.tokens import VisitorKey, new_key
from core.ids import new_token
from tickets.models import Inbox, Ticket

SECRET = "a-secret-of-the-shop-with-32-characters-or-more"
_serial = itertools.count(1)


def a_chat(**values: Any) -> Inbox:
    return Inbox.objects.create(kind="webchat", name=f"Shop {next(_serial)}", **values)


def a_visitor(inbox: Inbox, key: VisitorKey | None = None) -> ChatVisitor:
    return visitors.arrive(inbox, key or new_key(inbox.pk))


def key_of(visitor: ChatVisitor) -> VisitorKey:
    return VisitorKey(inbox_id=visitor.inbox_id, uid=visitor.uid, generation=visitor.generation)


def says(visitor: ChatVisitor, text: str = "Where is my parcel?", **values: Any) -> Ticket:
    """The visitor writes; the ticket that it went to."""
    stored = words.say(visitor, client_id=new_token(20), text=text, **values)
    assert stored.number is not None
    return Ticket.objects.get(number=stored.number)


def signed(inbox: Inbox, *, secret: str = SECRET, alg: str = "HS256", **changes: Any) -> str:
    """What the shop's own server would sign for its user."""
    claims = {
        "sub": "user-7",
        "aud": inbox.token,
        "exp": int(time.time()) + 600,
        "jti": new_token(16),
        "email": "eva@customer.example",
        "name": "Eva Berg",
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return str(jwt.encode({"alg": alg}, kept, OctKey.import_key(secret), algorithms=[alg]))
