from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_seal_contacts")]

    operations = [migrations.RemoveField("case", "reporter_contact")]
