from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("channels_in", "0005_mail_fetching_and_sign_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailfetch",
            name="boundary_uid",
            field=models.BigIntegerField(default=0),
        ),
    ]
