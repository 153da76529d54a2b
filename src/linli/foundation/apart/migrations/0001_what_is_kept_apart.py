import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Kept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("community", models.CharField(max_length=32)),
                ("token", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=32)),
                ("what", models.CharField(max_length=40)),
                ("purpose", models.CharField(max_length=20)),
                ("sealed", models.TextField()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["community", "subject"], name="kept_by_subject"),
                    models.Index(fields=["community", "kept_at"], name="kept_by_time"),
                ],
                "constraints": [models.UniqueConstraint(fields=("community", "token"), name="one_kept_a_token")],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
    ]
