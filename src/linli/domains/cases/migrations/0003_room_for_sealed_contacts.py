from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_history_is_final"), ("vault", "0001_keys")]

    operations = [
        migrations.AddField("case", "vault_key", models.CharField(blank=True, max_length=32)),
        migrations.AddField(
            "case", "reporter_contact_sealed", models.CharField(blank=True, max_length=240)
        ),
    ]
