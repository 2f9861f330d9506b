"""Calls that were booked by somebody whom nobody at the desk knew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("callbacks", "0003_find_calls_by_who_booked_them")]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="is_by_stranger",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
