"""Keeps TicketChoice true by a trigger: whoever writes a ticket's fields, by whatever statement, its choices follow.

A field that is defined later finds what tickets hold of it already. Those of tickets that are there come with the next
migration: this one holds all writers of tickets for a moment.
"""

# ruff: noqa: S608 - constant text

import django.db.models.deletion
from django.db import migrations, models

_CHOICES = """
    SELECT DISTINCT t.id, f.key, left(v.value, 80) FROM {tickets} t
    JOIN tickets_customfield f ON f.kind IN ('flag', 'choice', 'choices') AND jsonb_exists(t.fields, f.key)
    CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE jsonb_typeof(t.fields->f.key) WHEN 'array' THEN t.fields->f.key
            ELSE jsonb_build_array(t.fields->f.key) END) v(value)
    WHERE v.value IS NOT NULL"""
_WITH_FIELDS = "(SELECT id, fields FROM tickets_ticket WHERE fields <> '{}')"

FORWARD = f"""
CREATE FUNCTION tickets_choices_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM tickets_ticketchoice WHERE ticket_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO tickets_ticketchoice (ticket_id, key, value)
        {_CHOICES.format(tickets="(SELECT NEW.id AS id, NEW.fields AS fields)")};
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tickets_choices_begin AFTER INSERT ON tickets_ticket
    FOR EACH ROW WHEN (NEW.fields <> '{{}}') EXECUTE FUNCTION tickets_choices_follow();
CREATE TRIGGER tickets_choices_change AFTER UPDATE OF fields ON tickets_ticket
    FOR EACH ROW WHEN (NEW.fields <> OLD.fields) EXECUTE FUNCTION tickets_choices_follow();
CREATE TRIGGER tickets_choices_end AFTER DELETE ON tickets_ticket
    FOR EACH ROW WHEN (OLD.fields <> '{{}}') EXECUTE FUNCTION tickets_choices_follow();

CREATE FUNCTION tickets_choices_of_field() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_ticketchoice (ticket_id, key, value)
    {_CHOICES.format(tickets=_WITH_FIELDS)} AND f.id = NEW.id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER tickets_choices_of_field AFTER INSERT ON tickets_customfield
    FOR EACH ROW EXECUTE FUNCTION tickets_choices_of_field();
"""

BACKWARD = """
DROP TRIGGER tickets_choices_begin ON tickets_ticket;
DROP TRIGGER tickets_choices_change ON tickets_ticket;
DROP TRIGGER tickets_choices_end ON tickets_ticket;
DROP FUNCTION tickets_choices_follow();
DROP TRIGGER tickets_choices_of_field ON tickets_customfield;
DROP FUNCTION tickets_choices_of_field();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_brands_of_inboxes")]

    operations = [
        migrations.CreateModel(
            name="TicketChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=80)),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="choices",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("key", "value", "ticket"), name="ticketchoice_once"),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
