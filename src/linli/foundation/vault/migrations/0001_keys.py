import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WrappingKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("community", models.CharField(max_length=32)),
                ("use", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
                ("wrapped", models.CharField(max_length=120)),
                ("made_on", models.DateField()),
                ("retired_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "use", "number"), name="one_wrapping_key_a_number"),
                    models.UniqueConstraint(condition=models.Q(("retired_on", None)), fields=("community", "use"), name="one_wrapping_key_in_use"),
                ],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("community", models.CharField(max_length=32)),
                ("subject", models.CharField(max_length=32)),
                ("use", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
                ("wrapped", models.CharField(max_length=120)),
            ],
            options={
                "indexes": [models.Index(fields=["community", "use", "number"], name="data_key_by_number")],
                "constraints": [models.UniqueConstraint(fields=("community", "subject", "use"), name="one_data_key_a_person_and_class")],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
    ]
