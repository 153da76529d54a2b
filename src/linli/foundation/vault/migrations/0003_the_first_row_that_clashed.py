from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0002_how_far_indices_are_made_anew"),
    ]

    operations = [
        migrations.AddField(
            model_name="reindexed",
            name="clashed",
            field=models.BigIntegerField(default=0),
        ),
    ]
