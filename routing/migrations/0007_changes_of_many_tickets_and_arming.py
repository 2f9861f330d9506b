"""Changes of many tickets in the background; how far the arming of a rule is; who changed a macro."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0006_webhook_addresses_and_their_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="macro",
            name="changed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="arming_after",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="rule",
            name="arming_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=160)),
                ("verb", models.CharField(blank=True, default="", max_length=16)),
                ("values", models.JSONField(blank=True, default=dict)),
                ("filters", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("cancelled", "Stopped"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bulk_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undone_by",
                        to="routing.bulkjob",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ticket_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("skipped", "Left out"),
                            ("refused", "Could not"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                ("undo", models.JSONField(blank=True, null=True)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="routing.bulkjob",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="bulkjob",
            index=models.Index(fields=["agent", "-id"], name="bulkjob_of_agent"),
        ),
        migrations.AddIndex(
            model_name="bulkjob",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["claimed_until"],
                name="bulkjob_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["job", "id"], name="bulkitem_waiting"),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(fields=("job", "ticket_id"), name="bulkitem_once"),
        ),
    ]
