"""Looks at who is on duty, chats that wait, and shifts that set the availability of their agents."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0004_news_of_contacts"),
        ("tickets", "0011_index_the_mails_that_were_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffingLook",
            fields=[
                ("at", models.DateTimeField(primary_key=True, serialize=False)),
                ("agents", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="shift",
            name="sets_availability",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="shift",
            name="followed_until",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
            ),
        ),
        migrations.CreateModel(
            name="ChatWait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "Answered"),
                            ("abandoned", "The visitor left"),
                            ("left_word", "A message was left while nobody was there"),
                            ("closed", "The ticket was closed without an answer"),
                        ],
                        db_default="",
                        default="",
                        max_length=9,
                    ),
                ),
                ("message_id", models.BigIntegerField()),
                ("answer_id", models.BigIntegerField(null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="chat_waits",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["began_at"], name="chatwait_waiting"),
                    models.Index(
                        models.F("ticket"),
                        models.OrderBy(models.F("began_at"), descending=True),
                        name="chatwait_of_ticket",
                    ),
                    models.Index(
                        condition=models.Q(("answer_id__isnull", False)), fields=["answer_id"], name="chatwait_answer"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("ticket",), name="chatwait_open"
                    )
                ],
            },
        ),
    ]
