"""The floor of taking a message in: contact, message, ticket, event and job written by one statement, in one commit."""

from __future__ import annotations

import json

from django.db import connection

_TABLES = """
CREATE TABLE bench_contact (id bigserial PRIMARY KEY, key text UNIQUE, name text);
CREATE TABLE bench_ticket (
    id bigserial PRIMARY KEY, contact_id bigint UNIQUE, updated_at timestamptz,
    last_seq int DEFAULT 0, status int DEFAULT 1
);
CREATE INDEX bench_ticket_updated ON bench_ticket (updated_at DESC, id);
CREATE INDEX bench_ticket_open ON bench_ticket (status, updated_at) WHERE status = 1;
CREATE TABLE bench_message (id bigserial PRIMARY KEY, ticket_id bigint, external_id text UNIQUE, text text, raw bytea);
CREATE INDEX bench_message_ticket ON bench_message (ticket_id, id);
CREATE TABLE bench_event (id bigserial PRIMARY KEY, ticket_id bigint, seq int, data jsonb, UNIQUE (ticket_id, seq));
CREATE TABLE bench_job (id bigserial PRIMARY KEY, message_id bigint);
"""
_NAMES = "bench_contact, bench_ticket, bench_message, bench_event, bench_job"
_FUSED = """
WITH contact AS (
    INSERT INTO bench_contact (key, name) VALUES (%s, 'Rosa')
    ON CONFLICT (key) DO UPDATE SET name = EXCLUDED.name RETURNING id
), ticket AS (
    INSERT INTO bench_ticket (contact_id, updated_at, last_seq) SELECT id, now(), 1 FROM contact
    ON CONFLICT (contact_id) DO UPDATE SET updated_at = now(), last_seq = bench_ticket.last_seq + 1
    RETURNING id, last_seq
), message AS (
    INSERT INTO bench_message (ticket_id, external_id, text, raw) SELECT id, %s, %s, %s FROM ticket RETURNING id
), event AS (
    INSERT INTO bench_event (ticket_id, seq, data) SELECT id, last_seq, '{"kind": "received"}' FROM ticket
)
INSERT INTO bench_job (message_id) SELECT id FROM message
"""


def make_tables() -> None:
    drop_tables()
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


def drop_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_NAMES}")


def write_fused(number: int, raw: bytes) -> None:
    """One message; autocommit makes the statement its own transaction."""
    message = json.loads(raw)["message"]
    with connection.cursor() as cursor:
        cursor.execute(_FUSED, [str(message["chat"]["id"]), str(number), message["text"], raw])
