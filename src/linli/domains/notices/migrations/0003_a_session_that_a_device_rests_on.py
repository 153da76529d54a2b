from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_telephones_that_ring")]

    operations = [
        migrations.AddField(
            model_name="hearer",
            name="line",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
