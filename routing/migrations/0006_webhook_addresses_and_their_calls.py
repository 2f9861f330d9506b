"""The addresses that webhooks call, with their secrets, and a log of every try."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import core.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0005_staffing_chats_and_shifts_that_set_availability"),
        ("tickets", "0011_index_the_mails_that_were_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.CharField(max_length=500, unique=True)),
                ("secrets", core.crypto.EncryptedJSONField(blank=True, default=dict)),
                ("former_until", models.DateTimeField(blank=True, null=True)),
                ("secret_since", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("off_reason", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "ordering": ("url",),
            },
        ),
        migrations.AddField(
            model_name="webhookcall",
            name="tries",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="webhookcall",
            name="endpoint",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="calls",
                to="routing.webhookendpoint",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(
                models.F("endpoint"), models.OrderBy(models.F("id"), descending=True), name="webhookcall_of_endpoint"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookcall",
            index=models.Index(fields=["created_at"], name="webhookcall_age"),
        ),
    ]
