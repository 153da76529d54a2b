from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exchange", "0004_seal_bodies")]

    operations = [migrations.RemoveField("message", "body")]
