from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("doors", "0005_calls_for_help_beside_the_reason")]

    operations = [
        migrations.AddField(
            model_name="door", name="called_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="door", name="calls", field=models.PositiveIntegerField(default=0)
        ),
    ]
