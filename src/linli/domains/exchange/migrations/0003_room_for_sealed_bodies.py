from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_messages_by_when_taken"), ("vault", "0001_keys")]

    operations = [
        migrations.AddField("message", "subject", models.CharField(blank=True, max_length=48)),
        migrations.AddField("message", "vault_key", models.CharField(blank=True, max_length=32)),
        migrations.AddField("message", "body_sealed", models.TextField(blank=True)),
        migrations.AddIndex(
            "message",
            models.Index(fields=["community", "subject", "-id"], name="message_by_subject"),
        ),
        migrations.AddIndex(
            "message", models.Index(fields=["community", "vault_key"], name="message_by_key")
        ),
        migrations.AlterField("message", "body", models.TextField(default="")),
    ]
