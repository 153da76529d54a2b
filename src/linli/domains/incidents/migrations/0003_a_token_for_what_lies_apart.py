from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_a_key_for_each_person")]

    operations = [
        migrations.AddField("incidentnote", "token", models.CharField(blank=True, max_length=32)),
        migrations.AddIndex(
            "incidentnote",
            models.Index(fields=["community", "token"], name="incident_note_by_token"),
        ),
        migrations.AlterField(
            "incidentnote", "text_sealed", models.CharField(blank=True, default="", max_length=3000)
        ),
    ]
