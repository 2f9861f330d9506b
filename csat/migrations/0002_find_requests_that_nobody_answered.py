"""Questions that nobody answered are found by their age."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("csat", "0001_surveys_ratings_recoveries")]

    operations = [
        migrations.AddIndex(
            model_name="surveyrequest",
            index=models.Index(
                condition=models.Q(("state__in", ["asked", "cancelled"])),
                fields=["created_at"],
                name="surveyrequest_unanswered",
            ),
        ),
    ]
