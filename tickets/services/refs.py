"""Remembers every Message-ID that was sent, received or mentioned, by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from core.db import Statement, run
from core.planned import Planned
from tickets.models import RefKind

MAX_REFERENCES = 100


def normal_id(message_id: str) -> str:
    """The comparable form: no angle brackets, blanks or letter case in the domain's sense of "same"."""
    return message_id.strip().strip("<>").strip()


def ref_hash(message_id: str) -> bytes:
    return hashlib.blake2b(normal_id(message_id).encode(errors="replace"), digest_size=16).digest()


def remember(ticket_id: int, ids: Iterable[str], *, kind: RefKind, message_row_id: int | None = None) -> Statement:
    """A statement that stores the ids for the ticket; what is known stays, but a mention becomes the mail itself."""
    hashes = [ref_hash(item) for item in dict.fromkeys(ids) if item][:MAX_REFERENCES]
    sql = """
        INSERT INTO tickets_messageref (ticket_id, kind, id_hash, message_id, created_at)
        SELECT %s::bigint, %s::text, hash, %s::bigint, now() FROM unnest(%s::bytea[]) AS hash
        ON CONFLICT (id_hash, ticket_id) DO UPDATE SET kind = EXCLUDED.kind, message_id = EXCLUDED.message_id
        WHERE tickets_messageref.kind = 'mentioned' AND EXCLUDED.kind <> 'mentioned'"""
    return Planned(sql), [ticket_id, kind.value, message_row_id, hashes]


def remember_now(ticket_id: int, ids: Iterable[str], *, kind: RefKind, message_row_id: int | None = None) -> None:
    run([remember(ticket_id, ids, kind=kind, message_row_id=message_row_id)])
