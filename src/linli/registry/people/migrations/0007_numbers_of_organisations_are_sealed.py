from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_seal_numbers_of_organisations")]

    operations = [
        migrations.RemoveField("organisation", "phone"),
        migrations.AddIndex(
            "organisation",
            models.Index(fields=["community", "phone_index"], name="organisation_by_phone_index"),
        ),
        migrations.AddIndex(
            "organisation",
            models.Index(fields=["community", "phone_tail"], name="organisation_by_phone_tail"),
        ),
    ]
