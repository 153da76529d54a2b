from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0002_forget_what_waits_unsealed")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="vault_key",
            field=models.CharField(default="", max_length=32),
            preserve_default=False,
        ),
    ]
