from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("doors", "0009_keys_there_are_sign"),
    ]

    operations = [
        migrations.AddField(
            model_name="door",
            name="tries_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="markedanew",
            name="lost",
            field=models.JSONField(default=list),
        ),
    ]
