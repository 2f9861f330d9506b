"""A chat may end because its visitor booked a call; no row changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0011_chats_of_finished_tickets_are_over")]

    operations = [
        migrations.AlterField(
            model_name="chatwait",
            name="ended_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("answered", "Answered"),
                    ("abandoned", "The visitor left"),
                    ("left_word", "A message was left while nobody was there"),
                    ("closed", "The ticket was closed without an answer"),
                    ("call", "The visitor booked a call instead"),
                ],
                db_default="",
                default="",
                max_length=9,
            ),
        ),
    ]
