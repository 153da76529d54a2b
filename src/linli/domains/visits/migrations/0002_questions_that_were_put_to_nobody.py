import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_visits_and_calls")]

    operations = [
        migrations.CreateModel(
            name="Unheard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("community", models.CharField(max_length=32)),
                ("device", models.CharField(max_length=64)),
                ("ask", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["community", "at"], name="unheard_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "device", "ask"), name="one_unheard_for_each_ask")
                ],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
    ]
