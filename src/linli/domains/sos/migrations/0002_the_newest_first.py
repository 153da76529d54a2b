from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sos", "0001_calls_rings_trees")]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["community", "-id"], name="sos_call_newest"),
        ),
    ]
