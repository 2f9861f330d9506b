"""What the desk did by itself on seeded tickets: rules, macros, escalations, hops and failed deliveries, as facts."""

from __future__ import annotations

from django.db import connection

# kind, after which kind of fact, how many of a thousand, data
_DOINGS = (
    ("rule_ran", "opened", 600, "jsonb_build_object('rule', 1 + f.ticket_id %% 7)"),
    ("macro_applied", "next_response", 300, "jsonb_build_object('macro', 1 + f.ticket_id %% 5)"),
    ("escalated", "breached", 400, "'{}'::jsonb"),
    ("channel_hopped", "first_response", 20, "jsonb_build_object('after', 'email')"),
    ("delivery_failed", "first_response", 8, "jsonb_build_object('why', 'bounced')"),
)


def last_fact() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM sla_fact")
        return int(cursor.fetchone()[0])


def add_doings(after_fact: int) -> None:
    """Facts of what happened beside the facts that were written since, the same ones for the same tickets."""
    columns = "ticket_id, team_id, agent_id, inbox_id, channel, priority, organization_id, contact_id, tags, metric"
    with connection.cursor() as cursor:
        for kind, beside, thousandths, data in _DOINGS:
            cursor.execute(
                f"""
                INSERT INTO sla_fact (kind, at, actor_kind, data, {columns})
                SELECT %s, f.at, 'system', {data}, {columns} FROM sla_fact f
                WHERE f.id > %s AND f.kind = %s AND f.at < now() AND abs(hashint8(f.id)::bigint) %% 1000 < %s""",  # noqa: S608 - constants of this module
                [kind, after_fact, beside, thousandths],
            )
