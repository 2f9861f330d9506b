"""The bell tells of webhooks that were switched off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_tell_of_bad_ratings"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assigned", "Assigned to you"),
                    ("unassigned", "Taken from you"),
                    ("mention", "You were mentioned"),
                    ("reply", "The customer replied"),
                    ("aside", "A third party answered"),
                    ("failed", "A reply was not delivered"),
                    ("sla_near", "A deadline is near"),
                    ("sla_breached", "A deadline was missed"),
                    ("sla_escalated", "A missed deadline is escalated"),
                    ("bad_rating", "A customer is unhappy"),
                    ("recovery_late", "An unhappy customer still waits"),
                    ("rule", "A rule tells you"),
                    ("inbox_off", "An inbox was switched off"),
                    ("mailbox", "A mailbox cannot be read"),
                    ("mails_missing", "Mails could not be fetched"),
                    ("problem", "Something that came in could not be read"),
                    ("rules_failed", "Rules gave up on an event"),
                    ("webhook_off", "A webhook was switched off"),
                ],
                max_length=16,
            ),
        ),
    ]
