import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("doors", "0007_groups_that_were_deleted")]

    operations = [
        migrations.AddField(
            model_name="signingkey", name="signs_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="signingkey", name="version", field=models.BigIntegerField(default=0)
        ),
        migrations.CreateModel(
            name="MarkedAnew",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("community", models.CharField(max_length=32)),
                ("version", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("community",), name="one_place_of_marks")],
            },
            managers=[("rows", django.db.models.manager.Manager())],
        ),
    ]
