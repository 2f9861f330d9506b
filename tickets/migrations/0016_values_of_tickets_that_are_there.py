"""Fills TicketChoice with the values of text, numbers and days of tickets that are there, some at a time.

Each statement stands by itself, and the whole may be run again. Locked rows are read as they are now, so what somebody
changes meanwhile is told by the trigger or here, and never as it was.
"""

from typing import Any

from django.db import migrations

AT_ONCE = 2000
FILL = """
    INSERT INTO tickets_ticketchoice (ticket_id, key, value)
    SELECT DISTINCT t.id, f.key, coalesce(
        CASE WHEN f.kind <> 'number' THEN left(v.value #>> '{}', 500)
            WHEN jsonb_typeof(v.value) <> 'number' THEN NULL
            WHEN abs((v.value #>> '{}')::numeric) < 1e15 THEN v.value #>> '{}' END, '')
    FROM (
        SELECT id, fields FROM tickets_ticket WHERE id BETWEEN %s AND %s AND fields <> '{}' ORDER BY id FOR SHARE) t
    JOIN tickets_customfield f ON jsonb_exists(t.fields, f.key)
    CROSS JOIN LATERAL (
        SELECT x.value FROM jsonb_array_elements(
            CASE jsonb_typeof(t.fields->f.key) WHEN 'array' THEN t.fields->f.key
                ELSE jsonb_build_array(t.fields->f.key) END) x(value)
        UNION ALL SELECT NULL WHERE t.fields->f.key = '[]') v
    ON CONFLICT DO NOTHING"""


def fill(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM tickets_ticket")
        first, last = cursor.fetchone()
        for start in range(first, last + 1, AT_ONCE):
            cursor.execute(FILL, [start, start + AT_ONCE - 1])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0015_values_of_fields_by_trigger")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
