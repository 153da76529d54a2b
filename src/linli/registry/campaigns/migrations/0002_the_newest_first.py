from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_releases_and_campaigns")]

    operations = [
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["community", "-id"], name="campaign_newest"),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["community", "-id"], name="release_newest"),
        ),
    ]
