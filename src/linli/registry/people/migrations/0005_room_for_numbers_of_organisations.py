from django.db import migrations, models


def text(length):
    return models.CharField(blank=True, max_length=length)


class Migration(migrations.Migration):
    dependencies = [("people", "0004_nothing_lies_open"), ("vault", "0001_keys")]

    operations = [
        migrations.AddField("organisation", "vault_key", text(32)),
        migrations.AddField("organisation", "phone_sealed", text(120)),
        migrations.AddField("organisation", "phone_index", text(32)),
        migrations.AddField("organisation", "phone_tail", text(32)),
    ]
