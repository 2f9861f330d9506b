"""TicketChoice holds what tickets say in custom fields of every kind, and "" where a field is there without a value.

A field that is defined later finds the tickets that say something of it by their index: mostly nobody does yet.
Tickets that are there come with the next migration.
"""

# ruff: noqa: S608 - constant text

from django.db import migrations, models

# Numbers that no field takes are none, so that all that is told of a field of numbers can be compared as numbers.
_VALUES = """
    SELECT DISTINCT t.id, f.key, coalesce(
        CASE WHEN f.kind <> 'number' THEN left(v.value #>> '{{}}', 500)
            WHEN jsonb_typeof(v.value) <> 'number' THEN NULL
            WHEN abs((v.value #>> '{{}}')::numeric) < 1e15 THEN v.value #>> '{{}}' END, '')
    FROM {tickets} t
    JOIN tickets_customfield f ON {field}
    CROSS JOIN LATERAL (
        SELECT x.value FROM jsonb_array_elements(
            CASE jsonb_typeof(t.fields->f.key) WHEN 'array' THEN t.fields->f.key
                ELSE jsonb_build_array(t.fields->f.key) END) x(value)
        UNION ALL SELECT NULL WHERE t.fields->f.key = '[]') v"""
_OF_TICKET = _VALUES.format(
    tickets="(SELECT NEW.id AS id, NEW.fields AS fields)", field="jsonb_exists(t.fields, f.key)"
)
# The predicate of the index on fields, and the operator that it serves.
_OF_FIELD = _VALUES.format(
    tickets="(SELECT id, fields FROM tickets_ticket WHERE fields <> '{}' AND fields ? NEW.key)", field="f.id = NEW.id"
)

# As it was told before: of listed values alone.
_CHOICES = """
    SELECT DISTINCT t.id, f.key, left(v.value, 80) FROM {tickets} t
    JOIN tickets_customfield f ON f.kind IN ('flag', 'choice', 'choices') AND jsonb_exists(t.fields, f.key)
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(t.fields->f.key) WHEN 'array' THEN t.fields->f.key
            ELSE jsonb_build_array(t.fields->f.key) END) v(value)
    WHERE v.value IS NOT NULL"""
_BEFORE_OF_TICKET = _CHOICES.format(tickets="(SELECT NEW.id AS id, NEW.fields AS fields)")
_BEFORE_OF_FIELD = (
    _CHOICES.format(tickets="(SELECT id, fields FROM tickets_ticket WHERE fields <> '{}')") + " AND f.id = NEW.id"
)

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION tickets_choices_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM tickets_ticketchoice WHERE ticket_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO tickets_ticketchoice (ticket_id, key, value) {of_ticket};
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION tickets_choices_of_field() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_ticketchoice (ticket_id, key, value) {of_field} ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
FORWARD = _FUNCTIONS.format(of_ticket=_OF_TICKET, of_field=_OF_FIELD)
BACKWARD = f"""
DELETE FROM tickets_ticketchoice WHERE value = ''
    OR NOT key IN (SELECT key FROM tickets_customfield WHERE kind IN ('flag', 'choice', 'choices'));
{_FUNCTIONS.format(of_ticket=_BEFORE_OF_TICKET, of_field=_BEFORE_OF_FIELD)}"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_choices_of_tickets_that_are_there")]

    operations = [
        migrations.AlterField("ticketchoice", "value", models.CharField(max_length=500)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
