from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_incidents_and_notes")]

    operations = [
        migrations.AddField("incidentnote", "vault_key", models.CharField(blank=True, max_length=32))
    ]
