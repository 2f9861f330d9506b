"""Chats whose visitor was told to expect the answer later are found by when."""

from django.db import migrations, models

from core.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("routing", "0012_chats_that_became_calls")]

    operations = [
        BuildIndex(
            model_name="chatwait",
            index=models.Index(
                condition=models.Q(("told_at__isnull", False)), fields=["told_at"], name="chatwait_told"
            ),
        ),
    ]
