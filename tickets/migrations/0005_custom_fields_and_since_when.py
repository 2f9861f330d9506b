"""Custom fields with their values on the ticket, and since when its status and assignee are what they are.

Tickets that exist count from the upgrade, so that no rule about waiting times fires for years past.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Now

KINDS = [
    ("text", "Text"),
    ("number", "Number"),
    ("date", "Date"),
    ("flag", "Yes or no"),
    ("choice", "One of a list"),
    ("choices", "Several of a list"),
]

FORWARD = """
CREATE FUNCTION tickets_since_when() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.status_since := NEW.created_at;
        NEW.assignee_since := NEW.created_at;
    ELSE
        IF NEW.status IS DISTINCT FROM OLD.status THEN NEW.status_since := NEW.updated_at; END IF;
        IF NEW.assignee_id IS DISTINCT FROM OLD.assignee_id THEN NEW.assignee_since := NEW.updated_at; END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tickets_since_when BEFORE INSERT OR UPDATE OF status, assignee_id ON tickets_ticket
    FOR EACH ROW EXECUTE FUNCTION tickets_since_when();
"""

BACKWARD = """
DROP TRIGGER tickets_since_when ON tickets_ticket;
DROP FUNCTION tickets_since_when();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_index_spam_tags_assignees_and_subjects")]

    operations = [
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=KINDS, max_length=8)),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), blank=True, default=list, size=None
                    ),
                ),
                ("help", models.CharField(blank=True, default="", max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=100)),
                ("is_active", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"ordering": ("position", "label", "id")},
        ),
        migrations.AddField(
            model_name="ticket",
            name="assignee_since",
            field=models.DateTimeField(db_default=Now(), default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="ticket",
            name="fields",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="ticket",
            name="status_since",
            field=models.DateTimeField(db_default=Now(), default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("fields", {}), _negated=True), fields=["fields"], name="ticket_fields"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
