"""The columns that conditions, pauses and warnings of a policy have replaced (0004 carried them over)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0004_carry_terms_over_count_in_tickets_hours")]

    operations = [
        # With a default the column can come back on the way down.
        migrations.AlterField(model_name="clock", name="warn_seconds", field=models.PositiveIntegerField(default=0)),
        migrations.RemoveField(
            model_name="clock",
            name="warn_seconds",
        ),
        migrations.RemoveField(
            model_name="policy",
            name="inbox_ids",
        ),
        migrations.RemoveField(
            model_name="policy",
            name="organization_ids",
        ),
        migrations.RemoveField(
            model_name="policy",
            name="pauses_while_snoozed",
        ),
        migrations.RemoveField(
            model_name="policy",
            name="tags",
        ),
        migrations.RemoveField(
            model_name="policy",
            name="team_ids",
        ),
        migrations.RemoveField(
            model_name="target",
            name="warn_percent",
        ),
    ]
