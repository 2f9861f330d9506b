"""When stored facts began."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_closed_days_as_columns"), ("tickets", "0011_index_the_mails_that_were_seen")]

    operations = [
        migrations.AddField("closedday", "began", models.BinaryField(default=b"")),
        migrations.RunSQL(
            "ALTER TABLE reports_closedday ALTER COLUMN began SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
