import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0001_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reindexed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("community", models.CharField(max_length=32)),
                ("number", models.PositiveIntegerField()),
                ("table", models.CharField(max_length=80)),
                ("after", models.BigIntegerField(default=0)),
                ("done", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "number", "table"),
                        name="one_place_a_table_and_index_key",
                    )
                ],
            },
            managers=[
                ("rows", django.db.models.manager.Manager()),
            ],
        ),
    ]
