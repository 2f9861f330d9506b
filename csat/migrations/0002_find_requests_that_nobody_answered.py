"""Questions that nobody answered are found by their age."""

from django.db import migrations, models

from core.indexes import BuildIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("csat", "0001_surveys_ratings_recoveries")]

    operations = [
        BuildIndex(
            model_name="surveyrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "cancelled"])),
                fields=["created_at"],
                name="surveyrequest_unanswered",
            ),
        ),
    ]
