"""Calls that customers booked are found by whose they are."""

from django.db import migrations, models

from core.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("callbacks", "0002_booked_by_customers_themselves")]

    operations = [
        BuildIndex(
            model_name="callback",
            index=models.Index(
                condition=models.Q(("identity__isnull", False)), fields=["identity"], name="callback_booked"
            ),
        ),
    ]
