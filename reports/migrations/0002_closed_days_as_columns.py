"""Closed days as columns, and a trigger that notes every fact that comes to one of them late."""

from django.db import migrations, models

COLUMNS = (
    "minute", "ticket", "wall", "business", "amount", "sets", "team", "agent", "inbox", "organization", "channel",
    "priority", "metric", "tags", "item", "target",
)  # fmt: skip

# Read far more often than written: what is not packed need not be unpacked.
AS_THEY_ARE = ";".join(f"ALTER TABLE reports_closedday ALTER COLUMN {name} SET STORAGE EXTERNAL" for name in COLUMNS)

NOTE = """
CREATE FUNCTION reports_note_late_facts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today timestamptz := date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
BEGIN
    IF EXISTS (SELECT FROM fresh WHERE at < today OR voids IS NOT NULL) THEN
        INSERT INTO reports_latefact (day, kind)
        SELECT (n.at AT TIME ZONE 'UTC')::date, n.kind FROM fresh n WHERE n.at < today
        UNION
        -- What was taken back.
        SELECT (f.at AT TIME ZONE 'UTC')::date, f.kind FROM fresh n JOIN sla_fact f ON f.id = n.voids
        WHERE n.voids IS NOT NULL AND f.at < today
        UNION
        -- Facts that came after it on its ticket: the conditions of sets may look back from there.
        SELECT (f.at AT TIME ZONE 'UTC')::date, f.kind FROM fresh n JOIN sla_fact f ON f.ticket_id = n.ticket_id
        WHERE n.at < today AND f.at >= n.at AND f.at < today;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER reports_fact_came_late AFTER INSERT ON sla_fact REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION reports_note_late_facts();
"""

NOTE_NO_MORE = """
DROP TRIGGER reports_fact_came_late ON sla_fact;
DROP FUNCTION reports_note_late_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_saved_reports"), ("sla", "0007_facts_without_a_ticket")]

    operations = [
        migrations.CreateModel(
            name="LateFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(db_index=True)),
                ("kind", models.CharField(max_length=24)),
            ],
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=24)),
                ("version", models.CharField(max_length=32)),
                ("facts", models.PositiveIntegerField()),
                ("names", models.JSONField(default=dict)),
                *((name, models.BinaryField()) for name in COLUMNS),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "kind"), name="closed_day_once")],
            },
        ),
        migrations.RunSQL(AS_THEY_ARE, migrations.RunSQL.noop),
        migrations.RunSQL(NOTE, NOTE_NO_MORE),
    ]
